package io.signalbox.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.Delivery;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.Outcome;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.queue.Subscription;
import io.signalbox.broker.queue.SubscriptionSettings;
import io.signalbox.broker.routing.Destination;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random lives of a broker that is checkpointed while it works, each of which begins with what a crash left of the one before: the
 * log up to some place, and the latest checkpoint. A failure names its seed.
 */
class CheckpointLifeTest {

    private static final int HISTORIES = 100;
    private static final int LIVES = 4;
    private static final int STEPS = 500;
    private static final int QUEUES = 4;

    /** A broker from its start to a crash. */
    private static final class Life {
        final SplittableRandom random;
        final LoggedStore store;
        final TestLoops loops = new TestLoops();
        final Broker broker;
        final Map<String, MessageQueue> queues = new LinkedHashMap<>();
        final List<Publisher> publishers = new ArrayList<>();
        final List<Subscription> subscriptions = new ArrayList<>();
        final List<QueueImagesTest.Inbox> inboxes = new ArrayList<>();
        final int[] published = new int[6];
        final int number;

        /** Each life begins some seconds after the one before. */
        long nowMillis;

        Life(SplittableRandom random, LoggedStore store, int number) throws Exception {
            this.random = random;
            this.store = store;
            this.number = number;
            this.nowMillis = 1 + number * 30_000L;
            for (int i = 0; i < 3; i++) loops.add();
            broker = Broker.open(
                    new BrokerSettings(store, loops.all(), () -> Instant.ofEpochMilli(nowMillis), (done, total) -> {}));
            VirtualHost host = broker.defaultVirtualHost();
            for (int i = 0; i < QUEUES; i++) {
                String name = "q" + i;
                if (host.queue(name).isEmpty()) {
                    host.declareQueue(loop(0), QueueSettings.durable(name, "test"));
                    host.bind(loop(0), VirtualHost.TOPICS, name, i % 2 == 0 ? "even" : "odd");
                    host.bind(loop(0), VirtualHost.TOPICS, name, "all");
                }
            }
            loops.runAll();
            for (int i = 0; i < QUEUES; i++)
                queues.put("q" + i, host.queue("q" + i).orElseThrow());
        }

        Loop loop(int index) {
            return broker.loopOf(loops.all().get(index));
        }

        void work() {
            for (int i = 0; i < published.length; i++) {
                publishers.add(broker.defaultVirtualHost().openPublisher(loop(i % 3), this, QueueImagesTest.NOBODY));
            }
            for (MessageQueue queue : queues.values()) consume(queue, 3);
            for (int step = 0; step < STEPS; step++) step();
        }

        private void consume(MessageQueue queue, long limit) {
            QueueImagesTest.Inbox inbox = new QueueImagesTest.Inbox();
            Subscription subscription = queue.subscribe(
                    new SubscriptionSettings(
                            loop(random.nextInt(3)), SubscriptionSettings.Settlement.BY_CONSUMER, "test"),
                    inbox);
            subscription.grantUpTo(limit);
            subscriptions.add(subscription);
            inboxes.add(inbox);
        }

        private void step() {
            switch (random.nextInt(20)) {
                case 0, 1, 2, 3, 4, 5, 6 -> publish(random.nextInt(published.length));
                case 7, 8, 9, 10, 11, 12 -> loops.all().get(random.nextInt(3)).runOne();
                case 13, 14, 15 -> settle(random.nextInt(QUEUES));
                case 16 -> force();
                case 17 -> space();
                case 18 -> {
                    if (random.nextBoolean()) store.take();
                    else passTime();
                }
                default -> {
                    if (!store.isAtWork()) store.checkpoint();
                }
            }
        }

        private void publish(int publisher) {
            String text = number + "." + publisher + " " + published[publisher]++;
            String address =
                    List.of("q0", "q1", "q2", "q3", "all", "even", "odd").get(random.nextInt(7));
            Message message = random.nextInt(8) == 0
                    ? TestMessages.transientOne(address, text)
                    : TestMessages.durable(address, text);
            if (random.nextInt(10) == 0) message = TestMessages.withPriority(message, random.nextInt(10));
            if (random.nextInt(4) == 0) message = TestMessages.expiring(message, nowMillis + random.nextInt(40_000));
            Destination target = queues.containsKey(address)
                    ? queues.get(address)
                    : broker.defaultVirtualHost().topics();
            boolean deferred = random.nextInt(4) == 0;
            Rider rider = deferred ? new Rider(List.of(), Rider.Release.AFTER_FORCE) : Rider.NONE;
            publishers.get(publisher).publish(target, message, 0, rider);
        }

        private void passTime() {
            nowMillis += random.nextInt(1500);
            for (int i = 0; i < loops.all().size(); i++) broker.tick(loop(i));
        }

        private void settle(int consumer) {
            List<Delivery> held = inboxes.get(consumer).deliveries;
            if (held.isEmpty()) return;
            Delivery delivery = held.remove(random.nextInt(held.size()));
            Outcome outcome = random.nextInt(3) == 0 ? Outcome.RELEASED : Outcome.ACCEPTED;
            Subscription subscription = subscriptions.get(consumer);
            subscription.settle(delivery, outcome);
            subscription.grantUpTo(STEPS * 2L);
        }

        private void force() {
            switch (random.nextInt(4)) {
                case 0 -> store.memory.hold();
                case 1 -> store.fallSilent();
                case 2 -> store.speak();
                default -> store.memory.release();
            }
        }

        private void space() {
            if (random.nextInt(3) == 0) store.fill();
            else store.makeSpace();
        }

        /** A crash, now or when all has calmed down. */
        LoggedStore crash() {
            if (random.nextInt(3) == 0) {
                store.memory.release();
                store.speak();
                store.makeSpace();
                for (int rounds = 0; rounds < 10; rounds++) {
                    loops.runAll();
                    store.take();
                }
                assertTrue(!store.isAtWork(), "the checkpoint does not end");
            }
            return LoggedStore.after(store, store.durableLsn());
        }

        /** What is here is what the log says. */
        void check() {
            Map<Long, String> names = new HashMap<>();
            queues.forEach((name, queue) -> names.put(queue.id(), name));
            Map<Long, TreeMap<Long, Message>> expected = store.livingByQueue(names.keySet());
            long all = expected.values().stream().mapToLong(Map::size).sum();
            assertEquals(all, broker.recoveredMessages());
            for (TreeMap<Long, Message> ofQueue : expected.values()) {
                ofQueue.values().removeIf(message -> message.envelope().isExpiredAt(nowMillis)); // nobody is shown it
            }
            for (MessageQueue queue : queues.values()) {
                QueueImagesTest.Inbox seen = new QueueImagesTest.Inbox();
                Subscription browser = queue.subscribe(
                        new SubscriptionSettings(
                                loop(0),
                                SubscriptionSettings.Settlement.BY_CONSUMER,
                                "browser",
                                java.util.Optional.empty(),
                                SubscriptionSettings.Mode.BROWSE),
                        seen);
                browser.grantUpTo(Integer.MAX_VALUE);
                loops.runAll();
                check(seen.deliveries, new TreeMap<>(expected.get(queue.id())));
                browser.close();
                loops.runAll();
            }
            nowMillis = (nowMillis + 999) / 1000 * 1000;
            for (int i = 0; i < loops.all().size(); i++) broker.tick(loop(i));
            loops.runAll();
            for (MessageQueue queue : queues.values()) {
                long alive = expected.get(queue.id()).values().stream()
                        .filter(message -> !message.envelope().isExpiredAt(nowMillis))
                        .count();
                assertEquals(alive, queue.status().ready(), "what is over has gone without a consumer");
            }
        }

        private static void check(List<Delivery> seen, TreeMap<Long, Message> expected) {
            Map<String, Integer> last = new HashMap<>();
            for (Delivery delivery : seen) {
                Message message = expected.remove(delivery.lsn());
                assertTrue(message != null, delivery.lsn() + " has ended, or is there twice");
                String text = TestMessages.text(message);
                assertEquals(text, TestMessages.text(delivery.message()));
                assertTrue(delivery.isRedelivered());
                String from = text.substring(0, text.indexOf(' ')) + " "
                        + message.envelope().priority();
                int count = Integer.parseInt(text.substring(text.indexOf(' ') + 1));
                Integer before = last.put(from, count);
                assertTrue(before == null || before < count, () -> text + " comes after " + before);
            }
            assertEquals(Set.of(), expected.keySet(), "lost");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 1001, 2001})
    void aStartFindsWhatTheLogSays(long firstSeed) throws Exception {
        int loaded = 0;
        for (long seed = firstSeed; seed < firstSeed + HISTORIES; seed++) {
            try {
                SplittableRandom random = new SplittableRandom(seed);
                LoggedStore store = new LoggedStore();
                for (int i = 0; i < LIVES; i++) {
                    Life life = new Life(random, store, i);
                    life.check();
                    life.work();
                    store = life.crash();
                    if (store.hasCheckpoint()) loaded++;
                }
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        assertTrue(loaded > HISTORIES * LIVES / 2, loaded + " starts with a checkpoint");
    }
}
