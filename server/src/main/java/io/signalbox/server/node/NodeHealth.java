package io.signalbox.server.node;

import io.signalbox.broker.store.MessageStore;
import io.signalbox.server.http.Health;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** What the health pages say of a node. Thread-safe. */
final class NodeHealth implements Health {

    /** A loop that has not turned for so long will not turn again. */
    private static final long SILENT_LOOP_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final LoopWatch loops;
    private volatile NodeState state = NodeState.RECOVERING;
    private volatile Optional<MessageStore> store = Optional.empty();
    private volatile long recoveredPercent;
    private volatile BooleanSupplier trustsThisMachine = () -> true;

    NodeHealth(LoopWatch loops) {
        this.loops = loops;
    }

    NodeState state() {
        return state;
    }

    void become(NodeState next) {
        state = next;
    }

    /** How far the reading of the log is. */
    void recovering(long bytesDone, long bytesTotal) {
        if (bytesTotal > 0) recoveredPercent = 100 * bytesDone / bytesTotal;
    }

    /** From now on it depends on what the store says. */
    void knows(MessageStore known) {
        store = Optional.of(known);
    }

    @Override
    public Optional<String> restriction() {
        return store.flatMap(MessageStore::shortage).map(why -> "publishers are refused. " + why);
    }

    /** From now on it depends on who is let in. */
    void knows(Security security) {
        trustsThisMachine = security::trustsThisMachine;
    }

    @Override
    public boolean trustsThisMachine() {
        return trustsThisMachine.getAsBoolean();
    }

    @Override
    public Optional<String> whyNotLive() {
        long lag = loops.worstLagNanos();
        if (lag < SILENT_LOOP_NANOS) return Optional.empty();
        return Optional.of("An event loop has not turned for " + TimeUnit.NANOSECONDS.toSeconds(lag) + " s.");
    }

    @Override
    public Optional<String> whyNotReady() {
        NodeState now = state;
        return switch (now) {
            case SERVING -> Optional.empty();
            case RECOVERING -> Optional.of(now.sentence() + " " + recoveredPercent + " % done.");
            case OPENING, STOPPING, STORE_FAILED -> Optional.of(now.sentence());
        };
    }
}
