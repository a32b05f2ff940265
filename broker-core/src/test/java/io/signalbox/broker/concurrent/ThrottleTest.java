package io.signalbox.broker.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ThrottleTest {

    private long nowNanos = Long.MAX_VALUE - 5; // the JVM's clock may turn over
    private final Throttle throttle = new Throttle(() -> nowNanos);

    @Test
    void oneAMinuteIsToldWithTheNumberOfThoseThatWereNot() {
        assertEquals(0, throttle.pass());
        assertEquals(Throttle.HELD_BACK, throttle.pass());
        nowNanos += TimeUnit.SECONDS.toNanos(59);
        assertEquals(Throttle.HELD_BACK, throttle.pass());
        nowNanos += TimeUnit.SECONDS.toNanos(1);
        assertEquals(2, throttle.pass());
        assertEquals(Throttle.HELD_BACK, throttle.pass());
    }
}
