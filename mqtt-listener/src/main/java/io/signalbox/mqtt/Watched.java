package io.signalbox.mqtt;

import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A channel's handler whose connection is watched for silence: until CONNECT is complete, then for one and a half times the keep alive
 * (MQTT-3.1.2-22). A packet costs one write of a field; the loop's {@link KeepAliveWheel} looks once per interval. Confined
 * to the connection's event loop.
 */
abstract class Watched extends ChannelInboundHandlerAdapter {

    static final int NOT_WATCHED = Integer.MIN_VALUE;

    /** On the wheel, and never due. */
    static final int RESTING = Integer.MAX_VALUE;

    /** 0 = the end comes whatever is heard. */
    private int limitSeconds;

    private long heardAtNanos;

    // The wheel's: its place there.
    int dueTick = NOT_WATCHED;

    @Nullable
    Watched previous;

    @Nullable
    Watched next;

    /** That of its loop. */
    abstract KeepAliveWheel wheel();

    /** Whether silence is not the client's fault at this moment. */
    abstract boolean isExcused();

    abstract void onSilence();

    /** The connection is given up if this much time passes from now on, whatever arrives. */
    final void expectWithin(long millis) {
        endWatch();
        limitSeconds = 0;
        wheel().add(this, TimeUnit.MILLISECONDS.toNanos(millis));
    }

    /** The connection is given up after one and a half times as much silence; 0 = never. */
    final void watch(int keepAliveSeconds) {
        endWatch();
        if (keepAliveSeconds == 0) {
            wheel().addResting(this);
            return;
        }
        limitSeconds = keepAliveSeconds;
        heard();
        wheel().add(this, limitNanos());
    }

    private long limitNanos() {
        return TimeUnit.SECONDS.toNanos(limitSeconds) / 2 * 3;
    }

    /** Bytes have arrived. */
    final void heard() {
        heardAtNanos = wheel().nanoTime();
    }

    /** By the wheel: the time is over that was asked for, and nothing is asked for any more. */
    final void due() {
        if (dueTick != NOT_WATCHED) return; // something was asked for since
        if (limitSeconds == 0) {
            onSilence();
            return;
        }
        long silentNanos = wheel().nanoTime() - heardAtNanos;
        if (silentNanos < limitNanos()) {
            wheel().add(this, limitNanos() - silentNanos);
        } else if (isExcused()) {
            wheel().add(this, limitNanos());
        } else {
            onSilence();
        }
    }

    /** The connection has ended, or another limit comes. */
    final void endWatch() {
        wheel().remove(this);
    }
}
