package io.signalbox.broker;

import io.signalbox.broker.queue.QueueImage;
import io.signalbox.broker.store.CheckpointSource;
import io.signalbox.broker.store.ImageSink;
import io.signalbox.broker.store.StoreDamage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a store what the queues have. A message is with its queues when the turn is over in which its loop appended it, or, if its
 * targets get it after the force only, when its answer has left: so first every loop has a turn, and the answers have left that wait
 * for what is durable by now; and then the queues are asked. Nothing later is waited for: a checkpoint may be what makes room for
 * the next force. At a start nothing is asked of them before {@link #begin}. Thread-safe.
 */
final class QueueImages implements CheckpointSource {

    private static final Logger LOG = LoggerFactory.getLogger(QueueImages.class);

    private final List<Loop> loops;
    private final Collection<VirtualHost> hosts;
    /** What the store asks for until somebody sees to it; it asks for one thing at a time. */
    private final AtomicReference<@Nullable Runnable> asked = new AtomicReference<>();

    private volatile boolean begun;

    QueueImages(List<Loop> loops, Collection<VirtualHost> hosts) {
        this.loops = loops;
        this.hosts = hosts;
    }

    @Override
    public void collect(long belowLsn, ImageSink sink) {
        asked.set(() -> ask(belowLsn, sink));
        if (begun) answer();
    }

    /** Until now others may have worked on the queues of an earlier life, which knows no thread but theirs. */
    void begin() {
        begun = true;
        answer();
    }

    private void answer() {
        Runnable question = asked.getAndSet(null);
        if (question != null) question.run();
    }

    private void ask(long belowLsn, ImageSink sink) {
        AtomicInteger waitedFor = new AtomicInteger(loops.size());
        for (Loop loop : loops) {
            Runnable handedOver = () -> {
                if (waitedFor.decrementAndGet() == 0) new ImageWalk(loop, hosts.iterator(), belowLsn, sink).begin();
            };
            execute(loop, () -> loop.receipts().whenPassed(belowLsn, handedOver));
        }
    }

    @Override
    public void damaged(StoreDamage damage) {
        execute(loops.get(0), () -> quarantine(damage));
    }

    private void quarantine(StoreDamage damage) {
        List<String> hit = new ArrayList<>();
        for (VirtualHost host : hosts) {
            host.eachQueue().forEachRemaining(queue -> {
                List<Long> lsns = damage.entries().get(queue.id());
                if (lsns == null) return;
                hit.add(queue.settings().name() + " (" + lsns.size() + ")");
                queue.damaged(Set.copyOf(lsns));
            });
        }
        LOG.error(
                "event=damage_found place=\"{}\" lsn={} queues=\"{}\" hint=\"{}\"",
                damage.place(),
                damage.fromLsn(),
                String.join(", ", hit),
                hit.isEmpty()
                        ? "nothing that is still needed lies there"
                        : "these messages are kept and not delivered; see docs/data.md");
    }

    @Override
    public void living(byte[] image, LongConsumer visitor) {
        QueueImage.living(image, visitor);
    }

    /** A loop that has ended takes its queues along: the store is about to be closed, and gets no answer. */
    static void execute(Loop loop, Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            return;
        }
    }
}
