package io.signalbox.amqp;

import java.util.concurrent.TimeUnit;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.jspecify.annotations.Nullable;

/**
 * The clocks of one connection: the peer's open is due, the peer has gone silent, the peer must hear from us, the peer's
 * close is due (AMQP 1.0 §2.4.5). Confined to the connection's event loop.
 */
final class ConnectionTimers {

    /** The shortest idle-time-out a peer may ask for: shorter ones would cost more than they tell. */
    private static final long MIN_PEER_IDLE_MILLIS = 100;

    private static final long CLOSE_TIMEOUT_MILLIS = 3000;

    /** Where time comes from. */
    interface Scheduler {
        long nanoTime();

        /** Runs a task on the event loop, later. */
        Cancellable schedule(Runnable task, long delay, TimeUnit unit);
    }

    /** A scheduled task. */
    interface Cancellable {
        void cancel();
    }

    /** Who is told. */
    interface Alarm {
        /** Whether the socket is read; if not, silence is not the peer's. */
        boolean isListening();

        void peerIsSilent(long millis);

        void openIsOverdue();

        void closeIsOverdue();
    }

    private final Scheduler scheduler;
    private final FrameWriter writer;
    private final AmqpSettings settings;
    private final Alarm alarm;
    private @Nullable Cancellable deadline;
    private @Nullable Cancellable heartbeat;
    private long heardAtNanos;
    private long framesAtLastBeat;

    ConnectionTimers(Scheduler scheduler, FrameWriter writer, AmqpSettings settings, Alarm alarm) {
        this.scheduler = scheduler;
        this.writer = writer;
        this.settings = settings;
        this.alarm = alarm;
    }

    void start() {
        heardAtNanos = scheduler.nanoTime();
        deadline = scheduler.schedule(alarm::openIsOverdue, settings.openTimeoutMillis(), TimeUnit.MILLISECONDS);
    }

    /** Bytes have come. */
    void heard() {
        heardAtNanos = scheduler.nanoTime();
    }

    /**
     * The connection is open.
     *
     * @param peerIdleTimeoutMillis silence after which the peer takes us for dead; 0 = never
     * @throws Refusal if it is too short to keep
     */
    void opened(long peerIdleTimeoutMillis) throws Refusal {
        cancel(deadline);
        deadline = null;
        if (settings.idleTimeoutMillis() > 0) watchPeer(settings.idleTimeoutMillis());
        if (peerIdleTimeoutMillis == 0) return;
        // AMQP 1.0 §2.4.5: "If a peer can not support a proposed idle timeout, it SHOULD close the connection"
        if (peerIdleTimeoutMillis < MIN_PEER_IDLE_MILLIS) {
            throw Refusal.ofConnection(
                    AmqpError.NOT_ALLOWED, "an idle-time-out below " + MIN_PEER_IDLE_MILLIS + " ms cannot be kept");
        }
        beatEvery(peerIdleTimeoutMillis / 3); // a beat skipped because of other output still leaves one in time
    }

    private void watchPeer(long delayMillis) {
        deadline = scheduler.schedule(
                () -> {
                    if (!alarm.isListening()) heard();
                    long silentMillis = TimeUnit.NANOSECONDS.toMillis(scheduler.nanoTime() - heardAtNanos);
                    long leftMillis = settings.idleTimeoutMillis() - silentMillis;
                    if (leftMillis <= 0) alarm.peerIsSilent(silentMillis);
                    else watchPeer(leftMillis);
                },
                delayMillis,
                TimeUnit.MILLISECONDS);
    }

    private void beatEvery(long millis) {
        heartbeat = scheduler.schedule(
                () -> {
                    if (writer.framesWritten() == framesAtLastBeat) {
                        writer.emptyFrame();
                        writer.flush();
                    }
                    framesAtLastBeat = writer.framesWritten();
                    beatEvery(millis);
                },
                millis,
                TimeUnit.MILLISECONDS);
    }

    /** Our close is on its way; the peer's is due. */
    void closeSent() {
        stop();
        deadline = scheduler.schedule(alarm::closeIsOverdue, CLOSE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    }

    void stop() {
        cancel(deadline);
        cancel(heartbeat);
        deadline = null;
        heartbeat = null;
    }

    private static void cancel(@Nullable Cancellable scheduled) {
        if (scheduled != null) scheduled.cancel();
    }
}
