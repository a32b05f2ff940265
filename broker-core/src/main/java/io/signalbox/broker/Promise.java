package io.signalbox.broker;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The result of a change of the catalogue and the LSN that must be durable before it may be told.
 *
 * @param lsn 0 = may be told at once
 */
record Promise<T>(T result, long lsn) {

    /** A change that has been made in memory and appended to the log. */
    interface Change<T> {
        /** @throws CatalogueException if it cannot be made */
        Promise<T> make();
    }

    /** Makes a change and keeps its promise: the stage completes on {@code loop}, after the force. On the loop. */
    static <T> CompletionStage<T> on(Loop loop, Change<T> change) {
        CompletableFuture<T> told = new CompletableFuture<>();
        try {
            Promise<T> promise = change.make();
            loop.receipts()
                    .add(
                            promise.lsn,
                            (token, outcome) -> tell(told, promise.result, outcome),
                            0,
                            PublishOutcome.STORED);
        } catch (CatalogueException e) {
            told.completeExceptionally(e);
        }
        return told;
    }

    private static <T> void tell(CompletableFuture<T> told, T result, PublishOutcome outcome) {
        if (outcome instanceof PublishOutcome.Failed failed) {
            told.completeExceptionally(
                    new CatalogueException(CatalogueException.Reason.STORE_FAILED, failed.sentence()));
        } else {
            told.complete(result);
        }
    }
}
