package io.signalbox.broker;

import io.signalbox.broker.queue.CaptureListener;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.store.ImageSink;
import java.util.Collections;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One walk along the queues for a checkpoint: one after the other is asked for its image, part by part, and no more is told than
 * the store takes. Confined to one loop; whoever answers, and a store that has taken a part, raises a counter, and who raises it
 * from 0 calls the loop.
 */
final class ImageWalk implements CaptureListener {

    /** As much may wait to be taken, in bytes, before the next part is asked for. */
    private static final long MOST_UNTAKEN_BYTES = 4 << 20;

    /** Heap of a part beside its bytes. */
    private static final int PART_HEAP_BYTES = 256;

    /** Parts in one turn of the loop, if they are small: a large one counts for many. */
    private static final int PARTS_PER_TURN = 64;

    private static final int SMALL_PART_BYTES = 4096;

    private final Loop loop;
    private final Iterator<VirtualHost> hosts;
    private final long belowLsn;
    private final ImageSink sink;
    private final AtomicInteger work = new AtomicInteger();
    private final AtomicLong untakenBytes = new AtomicLong();
    private volatile boolean waitsForRoom;
    private volatile @Nullable Answer answer;

    // Confined to the loop.
    private Iterator<MessageQueue> queues = Collections.emptyIterator();
    private long queueId;
    private @Nullable Runnable rest;
    private boolean asked;
    private boolean over;
    private int turnsLeft;

    /** What the queue that was asked has said. */
    private record Answer(byte[] part, Optional<Runnable> rest, Optional<RuntimeException> failure) {}

    ImageWalk(Loop loop, Iterator<VirtualHost> hosts, long belowLsn, ImageSink sink) {
        this.loop = loop;
        this.hosts = hosts;
        this.belowLsn = belowLsn;
        this.sink = sink;
    }

    void begin() {
        goOn();
    }

    private void goOn() {
        if (work.getAndIncrement() == 0) QueueImages.execute(loop, this::run);
    }

    private void run() {
        turnsLeft = PARTS_PER_TURN;
        int missed = work.get();
        while (missed != 0) {
            if (turnsLeft <= 0) {
                QueueImages.execute(loop, this::run); // the counter stays above 0
                return;
            }
            try {
                step();
            } catch (RuntimeException | Error e) {
                fail(e instanceof RuntimeException cause ? cause : new IllegalStateException(e));
            }
            missed = work.addAndGet(-missed);
        }
    }

    private void step() {
        Answer said = answer;
        if (said != null) {
            answer = null;
            asked = false;
            hear(said);
        }
        if (asked || over || !hasRoom()) return;
        if (turnsLeft > 0) ask();
        else goOn();
    }

    private void hear(Answer said) {
        if (said.failure.isPresent()) {
            fail(said.failure.get());
            return;
        }
        rest = said.rest.orElse(null);
        // What takes a queue more than one part has taken its time.
        turnsLeft -= rest == null ? 1 + said.part.length / SMALL_PART_BYTES : PARTS_PER_TURN;
        if (said.part.length > 0 && !over) tell(said.part);
    }

    private void tell(byte[] part) {
        int bytes = part.length + PART_HEAP_BYTES;
        untakenBytes.addAndGet(bytes);
        sink.part(queueId, part, () -> {
            untakenBytes.addAndGet(-bytes);
            if (waitsForRoom) goOn();
        });
    }

    private boolean hasRoom() {
        waitsForRoom = true; // before the look, so that what is taken meanwhile is not missed
        if (untakenBytes.get() >= MOST_UNTAKEN_BYTES) return false;
        waitsForRoom = false;
        return true;
    }

    private void ask() {
        Runnable more = rest;
        if (more != null) {
            asked = true;
            more.run();
            return;
        }
        if (queues.hasNext() || nextHost()) {
            MessageQueue queue = queues.next();
            queueId = queue.id();
            asked = true;
            queue.capture(belowLsn, this);
            return;
        }
        over = true;
        sink.end();
    }

    private boolean nextHost() {
        while (hosts.hasNext() && !queues.hasNext()) queues = hosts.next().eachQueue();
        return queues.hasNext();
    }

    private void fail(RuntimeException cause) {
        if (over) return;
        over = true;
        sink.fail(cause);
    }

    @Override
    public void captured(byte[] part, Optional<Runnable> next) {
        answer = new Answer(part, next, Optional.empty());
        goOn();
    }

    @Override
    public void failed(RuntimeException cause) {
        answer = new Answer(new byte[0], Optional.empty(), Optional.of(cause));
        goOn();
    }
}
