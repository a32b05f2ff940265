package io.signalbox.broker.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.Admission;
import io.signalbox.broker.Broker;
import io.signalbox.broker.BrokerSettings;
import io.signalbox.broker.Loop;
import io.signalbox.broker.PublishListener;
import io.signalbox.broker.PublishOutcome;
import io.signalbox.broker.Publisher;
import io.signalbox.broker.TestMessages;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.MemoryStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Real threads: while publishers on two loops publish, the queue's consumer goes from loop to loop, so that messages are left now
 * to one, now to another, now to none. Each message comes once, in the order of its publisher.
 */
class MovingConsumerTest {

    private static final int LOOPS = 3;
    private static final int PUBLISHERS = 4;
    private static final int EACH = 60_000;
    private static final int MOST_BEFORE_A_MOVE = 3000;

    private final List<ExecutorService> threads = new ArrayList<>();
    private final CountDownLatch left = new CountDownLatch(PUBLISHERS * EACH);
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger heldUp = new AtomicInteger();
    private final List<String> faults = new ArrayList<>();

    /** Of each publisher the next; whoever consumes has it, from the one before. */
    private final int[] next = new int[PUBLISHERS];

    private Broker broker;
    private MessageQueue queue;
    private final SplittableRandom random = new SplittableRandom(1);

    @Test
    void nothingIsLostOrDoubledOrOvertaken() throws Exception {
        for (int i = 0; i < LOOPS; i++) threads.add(Executors.newSingleThreadExecutor());
        try {
            broker = Broker.open(
                    new BrokerSettings(new MemoryStore(), threads, InstantSource.system(), (done, total) -> {}));
            queue = broker.defaultVirtualHost()
                    .declareQueue(loop(0), new QueueSettings("q", true, QueueSettings.Purpose.SHARED, 1000, "test"))
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
            threads.get(2).execute(() -> new Visitor(2).arrive());
            for (int p = 0; p < PUBLISHERS; p++) {
                Source source = new Source(p, p % 2);
                threads.get(p % 2).execute(source::begin);
            }
            assertTrue(left.await(120, TimeUnit.SECONDS), () -> left.getCount() + " did not come, " + queue.status());
            for (ExecutorService thread : threads) thread.submit(() -> {}).get(10, TimeUnit.SECONDS);
            assertEquals(List.of(), faults);
            assertEquals(PUBLISHERS * EACH, answered.get());
            assertTrue(heldUp.get() > 0, "the queue was never behind");
        } finally {
            threads.forEach(ExecutorService::shutdownNow);
        }
    }

    private Loop loop(int index) {
        return broker.loopOf(threads.get(index));
    }

    private final class Source implements PublishListener {
        final int number;
        final int place;
        int sent;
        Publisher publisher;

        Source(int number, int place) {
            this.number = number;
            this.place = place;
        }

        void begin() {
            publisher = broker.defaultVirtualHost().openPublisher(loop(place), this, this);
            goOn();
        }

        void goOn() {
            for (int i = 0; i < 200; i++) {
                if (sent == EACH) return;
                String text = number + " " + sent++;
                Message message =
                        sent % 3 == 0 ? TestMessages.transientOne("q", text) : TestMessages.durable("q", text);
                if (publisher.publish(queue, message, sent) == Admission.PARKED) {
                    heldUp.incrementAndGet();
                    return;
                }
            }
            threads.get(place).execute(this::goOn);
        }

        @Override
        public void onOutcome(long token, PublishOutcome outcome) {
            if (outcome == PublishOutcome.STORED) answered.incrementAndGet();
        }

        @Override
        public void onOutcomesEnd() {}

        @Override
        public void onUnblocked() {
            goOn();
        }
    }

    /** Consumes for a while, then somebody does on another loop. */
    private final class Visitor implements DeliveryListener {
        final int place;
        Subscription subscription;
        int toCome;

        Visitor(int place) {
            this.place = place;
        }

        void arrive() {
            attach();
            stay();
        }

        void attach() {
            subscription = queue.subscribe(
                    new SubscriptionSettings(loop(place), SubscriptionSettings.Settlement.BY_CONSUMER, "c"), this);
        }

        void stay() {
            toCome = 1 + random.nextInt(MOST_BEFORE_A_MOVE);
            subscription.grantUpTo(Long.MAX_VALUE);
        }

        @Override
        public void onDelivery(Delivery delivery) {
            check(delivery);
            subscription.settle(delivery, Outcome.ACCEPTED);
            left.countDown();
            if (--toCome == 0) leave();
        }

        private void check(Delivery delivery) {
            String[] words = TestMessages.text(delivery.message()).split(" ");
            int publisher = Integer.parseInt(words[0]);
            int sent = Integer.parseInt(words[1]);
            if (sent != next[publisher] && faults.size() < 10)
                faults.add(words[0] + ": " + sent + " for " + next[publisher]);
            next[publisher] = sent + 1;
        }

        /** Now and then the loop is busy first, the next is there before this one goes, or nobody is for a while. */
        private void leave() {
            if (random.nextInt(8) == 0) {
                long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20);
                while (System.nanoTime() < until) Thread.onSpinWait();
            }
            Visitor other = new Visitor(random.nextInt(LOOPS));
            if (random.nextBoolean()) {
                subscription.close();
                threads.get(other.place).execute(other::arrive);
            } else {
                subscription.grantUpTo(0);
                threads.get(other.place).execute(() -> {
                    other.attach();
                    threads.get(place).execute(() -> {
                        subscription.close();
                        threads.get(other.place).execute(other::stay);
                    });
                });
                toCome = Integer.MAX_VALUE; // what is on its way is taken
            }
        }

        @Override
        public void onQueueDeleted() {
            faults.add("the queue is gone");
        }
    }
}
