package io.signalbox.mqtt;

import io.signalbox.broker.CatalogueException;
import io.signalbox.broker.VirtualHost;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes the queue of a session that has ended, and tries again while the log has no space for it. Confined to its loop. */
final class QueueRemoval {

    private static final Logger LOG = LoggerFactory.getLogger(QueueRemoval.class);
    private static final long RETRY_MILLIS = 1000;

    private QueueRemoval() {}

    @SuppressWarnings("FutureReturnValueIgnored") // the retry reports its own failure
    static void start(VirtualHost host, ListenerLoop loop, String queueName) {
        host.deleteQueue(loop.core(), queueName).whenComplete((queue, failure) -> {
            if (!(failure instanceof CatalogueException problem)) return;
            switch (problem.reason()) {
                case STORE_BUSY ->
                    loop.eventLoop().schedule(() -> start(host, loop, queueName), RETRY_MILLIS, TimeUnit.MILLISECONDS);
                case NOT_FOUND -> {} // an operator was quicker
                default -> LOG.warn("event=session_queue_kept queue={} cause=\"{}\"", queueName, problem.getMessage());
            }
        });
    }
}
