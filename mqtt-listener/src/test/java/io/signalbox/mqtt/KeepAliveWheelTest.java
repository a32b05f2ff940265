package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Time limits on a loop whose time the test has in its hands. */
class KeepAliveWheelTest {

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private long nowNanos = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(3); // a monotonic clock may wrap around
    private final KeepAliveWheel wheel = new KeepAliveWheel(channel.eventLoop(), () -> nowNanos);

    private final class Client extends Watched {
        boolean excused;
        int silences;

        @Override
        KeepAliveWheel wheel() {
            return wheel;
        }

        @Override
        boolean isExcused() {
            return excused;
        }

        @Override
        void onSilence() {
            silences++;
        }
    }

    KeepAliveWheelTest() {
        channel.freezeTime();
    }

    private void pass(long millis) {
        for (long left = millis; left > 0; left -= KeepAliveWheel.TICK_MILLIS) {
            long step = Math.min(left, KeepAliveWheel.TICK_MILLIS);
            nowNanos += TimeUnit.MILLISECONDS.toNanos(step);
            channel.advanceTimeBy(step, TimeUnit.MILLISECONDS);
            channel.runScheduledPendingTasks();
        }
    }

    /** MQTT-3.1.2-22: not before one and a half times the keep alive, and soon after. */
    @Test
    void silenceIsNoticedAfterOneAndAHalfTimesTheKeepAlive() {
        Client client = new Client();
        client.watch(2);
        pass(2999);
        assertEquals(0, client.silences);
        pass(2 * KeepAliveWheel.TICK_MILLIS);
        assertEquals(1, client.silences);
        pass(60_000);
        assertEquals(1, client.silences);
    }

    @Test
    void whoIsHeardHasItsTimeAgain() {
        Client client = new Client();
        client.watch(2);
        for (int i = 0; i < 10; i++) {
            pass(2500);
            client.heard();
        }
        assertEquals(0, client.silences);
        pass(3500);
        assertEquals(1, client.silences);
    }

    @Test
    void whoIsExcusedHasItsTimeOnceMore() {
        Client client = new Client();
        client.excused = true;
        client.watch(2);
        pass(9000);
        assertEquals(0, client.silences);
        client.excused = false;
        pass(4000);
        assertEquals(1, client.silences);
    }

    /** The time for CONNECT is over whatever is heard, unless CONNECT came. */
    @Test
    void anAbsoluteLimitDoesNotCareWhatIsHeard() {
        Client late = new Client();
        late.expectWithin(1000);
        Client inTime = new Client();
        inTime.expectWithin(1000);
        pass(750);
        late.heard();
        inTime.watch(0);
        pass(750);
        assertEquals(1, late.silences);
        assertEquals(0, inTime.silences);
    }

    /** Limits of every length, longer than one round too, some of them taken back: each is met once and not early. */
    @Test
    void manyLimitsAreMetEachInItsTime() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Client> clients = new ArrayList<>();
        List<Integer> limits = new ArrayList<>();
        List<Boolean> stopped = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            Client client = new Client();
            int seconds = 2 * (1 + random.nextInt(300));
            client.watch(seconds);
            clients.add(client);
            limits.add(seconds * 1500);
            stopped.add(random.nextInt(4) == 0);
        }
        for (int i = 0; i < 500; i++) {
            if (stopped.get(i)) clients.get(i).endWatch();
        }
        for (int millis = 0; millis < 920_000; millis += 5000) {
            for (int i = 0; i < 500; i++) {
                boolean due = !stopped.get(i) && limits.get(i) + 2 * KeepAliveWheel.TICK_MILLIS <= millis;
                boolean early = stopped.get(i) || limits.get(i) > millis;
                if (due) assertEquals(1, clients.get(i).silences, "client " + i + " of seed " + seed);
                if (early) assertEquals(0, clients.get(i).silences, "client " + i + " of seed " + seed);
            }
            pass(5000);
        }
    }

    /** With a limit of either kind or without; whoever has ended is not there, nor anybody twice. */
    @Test
    void allAreThoseThatHaveNotEnded() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) clients.add(new Client());
        Set<Watched> expected = new HashSet<>();
        for (int step = 0; step < 1000; step++) {
            Client client = clients.get(random.nextInt(clients.size()));
            expected.add(client);
            switch (random.nextInt(4)) {
                case 0 -> client.expectWithin(3_600_000);
                case 1 -> client.watch(0);
                case 2 -> client.watch(1 + random.nextInt(65_535));
                default -> {
                    client.endWatch();
                    expected.remove(client);
                }
            }
            if (random.nextInt(10) == 0) pass(KeepAliveWheel.TICK_MILLIS);
            List<Watched> all = wheel.all();
            assertEquals(expected.size(), all.size(), "seed " + seed + ", step " + step);
            assertEquals(expected, new HashSet<>(all), "seed " + seed + ", step " + step);
            for (Client each : clients) each.heard();
        }
        for (Client client : clients) client.watch(0);
        pass(KeepAliveWheel.TICK_MILLIS);
        assertEquals(-1, channel.runScheduledPendingTasks(), "no timer is left");
        assertEquals(clients.size(), wheel.all().size());
    }

    @Test
    void aLoopThatStoodStillLooksAtEverybodyOnceAndTheWheelRestsWithoutAnybody() {
        Client first = new Client();
        Client second = new Client();
        first.watch(2);
        second.watch(600);
        nowNanos += TimeUnit.HOURS.toNanos(1);
        pass(KeepAliveWheel.TICK_MILLIS);
        assertEquals(1, first.silences);
        assertEquals(1, second.silences);
        assertEquals(-1, channel.runScheduledPendingTasks(), "no timer is left");
    }
}
