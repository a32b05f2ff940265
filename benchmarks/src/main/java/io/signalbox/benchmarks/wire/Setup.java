package io.signalbox.benchmarks.wire;

import io.signalbox.benchmarks.load.Trouble;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for what a broker has to answer before a load can begin. Stateless. */
public final class Setup {

    private static final int ANSWER_SECONDS = 15;

    private Setup() {}

    /**
     * @param what the broker should do, for the message
     * @throws IOException if it refuses or stays silent; the message is its sentence or the first trouble
     */
    public static <T> T await(CompletableFuture<T> answer, Trouble trouble, String what) throws IOException {
        try {
            return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("The run was stopped.", e);
        } catch (ExecutionException e) {
            throw new IOException(trouble.first().orElse(String.valueOf(e.getMessage())), e);
        } catch (TimeoutException e) {
            throw new IOException(
                    trouble.first().orElse("The broker did not " + what + " within " + ANSWER_SECONDS + " s."), e);
        }
    }
}
