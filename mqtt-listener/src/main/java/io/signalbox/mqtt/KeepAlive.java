package io.signalbox.mqtt;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Watches one connection for silence: until CONNECT is complete, then for one and a half times the keep alive
 * (MQTT-3.1.2-22). A packet costs one write of a field; the check runs once per interval. Confined to the connection's event
 * loop.
 */
final class KeepAlive {

    private final EventLoop eventLoop;
    private final BooleanSupplier excused;
    private final Runnable onSilence;
    private Optional<Future<?>> check = Optional.empty();
    private long limitNanos;
    private long heardAtNanos;

    /** @param excused whether silence is not the client's fault at this moment */
    KeepAlive(EventLoop eventLoop, BooleanSupplier excused, Runnable onSilence) {
        this.eventLoop = eventLoop;
        this.excused = excused;
        this.onSilence = onSilence;
    }

    /** The connection is given up if this much time passes from now on, whatever arrives. */
    void expectWithin(long millis) {
        stop();
        check = Optional.of(eventLoop.schedule(onSilence, millis, TimeUnit.MILLISECONDS));
    }

    /** The connection is given up after this much silence; 0 = never. */
    void watch(int keepAliveSeconds) {
        stop();
        if (keepAliveSeconds == 0) return;
        limitNanos = TimeUnit.SECONDS.toNanos(keepAliveSeconds) / 2 * 3;
        heard();
        checkIn(limitNanos);
    }

    /** Bytes have arrived. */
    void heard() {
        heardAtNanos = System.nanoTime();
    }

    private void checkIn(long nanos) {
        check = Optional.of(eventLoop.schedule(this::check, nanos, TimeUnit.NANOSECONDS));
    }

    private void check() {
        long silentNanos = System.nanoTime() - heardAtNanos;
        if (silentNanos < limitNanos) {
            checkIn(limitNanos - silentNanos);
        } else if (excused.getAsBoolean()) {
            checkIn(limitNanos);
        } else {
            onSilence.run();
        }
    }

    void stop() {
        check.ifPresent(scheduled -> scheduled.cancel(false));
        check = Optional.empty();
    }
}
