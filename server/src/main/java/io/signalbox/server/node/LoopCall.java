package io.signalbox.server.node;

import io.netty.channel.EventLoop;
import io.signalbox.broker.Broker;
import io.signalbox.broker.Loop;
import io.signalbox.server.definitions.DefinitionsApplication;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Lets the starting thread make changes of the catalogue, one after another. */
final class LoopCall implements DefinitionsApplication.Changes<NodeFailure> {

    /** A force that takes longer is a disk that is no good. */
    private static final long LIMIT_SECONDS = 60;

    private final EventLoop eventLoop;
    private final Loop loop;

    LoopCall(EventLoop eventLoop, Broker broker) {
        this.eventLoop = eventLoop;
        this.loop = broker.loopOf(eventLoop);
    }

    /** Makes a change on the loop and waits until it is durable. */
    @Override
    public <T> T await(Function<Loop, CompletionStage<T>> change) throws NodeFailure {
        CompletableFuture<T> done = new CompletableFuture<>();
        eventLoop.execute(() -> change.apply(loop).whenComplete((result, failure) -> {
            if (failure == null) done.complete(result);
            else done.completeExceptionally(failure);
        }));
        try {
            return done.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw new NodeFailure(String.valueOf(cause == null ? e.getMessage() : cause.getMessage()), e);
        } catch (TimeoutException e) {
            throw new NodeFailure("The disk has not answered for " + LIMIT_SECONDS + " s; check it.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeFailure("The start was interrupted.", e);
        }
    }
}
