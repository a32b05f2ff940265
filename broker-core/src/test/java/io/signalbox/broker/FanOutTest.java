package io.signalbox.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.routing.Exchange;
import io.signalbox.broker.routing.ExchangeType;
import io.signalbox.broker.store.MemoryStore;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.Transaction;
import io.signalbox.broker.store.WriteBatch;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A message for more queues than a record of the log takes: all get it, or none. */
class FanOutTest {
    private static final int QUEUES = 10;
    private static final int TARGETS_PER_RECORD = 4;

    private final CountedStore store = new CountedStore();
    private final TestLoops loops = new TestLoops();
    private final TestLoops.Queue loop = loops.add();
    private final List<String> outcomes = new ArrayList<>();
    private Broker broker;
    private VirtualHost host;
    private Exchange exchange;
    private Publisher publisher;

    /** Tells what was added to transactions, and has space for some of it only. */
    private static final class CountedStore extends RelayStore {
        private final List<String> added = new ArrayList<>();
        private final Set<Long> names = new HashSet<>();
        private int space = Integer.MAX_VALUE;
        private final List<Runnable> waiters = new ArrayList<>();
        private int begun;
        private int abandoned;

        CountedStore() {
            super(new MemoryStore(64 << 20, TARGETS_PER_RECORD));
        }

        @Override
        public Transaction begin() {
            begun++;
            Transaction transaction = super.begin();
            return new Transaction() {
                @Override
                public long add(WriteBatch batch) {
                    if (space == 0) return MessageStore.FULL;
                    space--;
                    boolean names = batch.message()
                            .map(message -> message.body() instanceof Body.Stored)
                            .orElse(false);
                    added.add(batch.targets() + (names ? " by name" : ""));
                    long lsn = transaction.add(batch);
                    if (batch.isPublish()) CountedStore.this.names.add(batch.enqueueLsn());
                    return lsn;
                }

                @Override
                public long bytes() {
                    return transaction.bytes();
                }

                @Override
                public long commit() {
                    if (space == 0) return MessageStore.FULL;
                    return transaction.commit();
                }

                @Override
                public void abandon() {
                    abandoned++;
                    transaction.abandon();
                }
            };
        }

        @Override
        public void whenSpace(Runnable waiter) {
            waiters.add(waiter);
        }

        /** There is space for so many parts, and whoever waits is told. */
        void makeSpace(int parts) {
            space = parts;
            List<Runnable> told = List.copyOf(waiters);
            waiters.clear();
            told.forEach(Runnable::run);
        }
    }

    @BeforeEach
    void open() throws Exception {
        broker = Broker.open(new BrokerSettings(store, loops.all(), InstantSource.system(), (done, total) -> {}));
        host = broker.defaultVirtualHost();
        exchange = now(host.declareExchange(broker.loopOf(loop), "all", ExchangeType.FANOUT));
        for (int i = 0; i < QUEUES; i++) bind("q" + i);
        publisher = host.openPublisher(broker.loopOf(loop), new Object(), new PublishListener() {
            @Override
            public void onOutcome(long token, PublishOutcome outcome) {
                outcomes.add(token + " " + outcome.getClass().getSimpleName());
            }

            @Override
            public void onOutcomesEnd() {}

            @Override
            public void onUnblocked() {}
        });
    }

    private void bind(String name) {
        now(host.declareQueue(broker.loopOf(loop), QueueSettings.durable(name, "test")));
        now(host.bind(broker.loopOf(loop), "all", name, ""));
    }

    private <T> T now(CompletionStage<T> stage) {
        loops.runAll();
        return stage.toCompletableFuture().join();
    }

    private List<Integer> backlogs() {
        List<Integer> sizes = new ArrayList<>();
        for (int i = 0; i < QUEUES; i++) sizes.add(backlog("q" + i));
        return sizes;
    }

    private int backlog(String name) {
        return (int) host.queue(name).orElseThrow().status().ready();
    }

    @Test
    void everyQueueGetsItAfterOneCommitAndTheBodyIsWrittenOnce() {
        store.memory.hold();
        publisher.publish(exchange, TestMessages.durable("a", "text"), 1);
        loops.runAll();
        assertEquals(List.of("4", "4 by name", "2 by name", "0"), store.added);
        assertEquals(List.of(), outcomes, "the commit is not forced");
        store.memory.release();
        loops.runAll();
        assertEquals(List.of("1 Stored"), outcomes);
        assertEquals(Collections.nCopies(QUEUES, 1), backlogs());
        assertEquals(3, store.names.size());
        assertEquals(3, store.memory.storedMessages());
    }

    @Test
    void whatFindsNoSpaceGoesOnWhereItStopped() {
        store.space = 2;
        assertEquals(Admission.PARKED, publisher.publish(exchange, TestMessages.durable("a", "text"), 1));
        loops.runAll();
        assertEquals(List.of("4", "4 by name"), store.added);
        assertEquals(Collections.nCopies(QUEUES, 0), backlogs(), "nobody has it");
        store.makeSpace(1);
        loops.runAll();
        assertEquals(List.of(), outcomes);
        store.makeSpace(Integer.MAX_VALUE);
        loops.runAll();
        assertEquals(List.of("4", "4 by name", "2 by name", "0"), store.added, "nothing is written twice");
        assertEquals(1, store.begun);
        assertEquals(0, store.abandoned);
        assertEquals(List.of("1 Stored"), outcomes);
        assertEquals(Collections.nCopies(QUEUES, 1), backlogs());
    }

    @Test
    void aPublisherThatLeavesInTheMiddleLeavesNothing() {
        store.space = 2;
        publisher.publish(exchange, TestMessages.durable("a", "text"), 1);
        publisher.close();
        loops.runAll();
        assertEquals(1, store.abandoned);
        assertEquals(0, store.memory.storedMessages());
        store.makeSpace(Integer.MAX_VALUE);
        loops.runAll();
        assertEquals(Collections.nCopies(QUEUES, 0), backlogs());
    }

    @Test
    void aMessageThatIsForOtherQueuesByNowBeginsAnew() {
        store.space = 2;
        publisher.publish(exchange, TestMessages.durable("a", "text"), 1);
        now(host.deleteQueue(broker.loopOf(loop), "q0"));
        store.makeSpace(Integer.MAX_VALUE);
        loops.runAll();
        assertEquals(List.of("1 Stored"), outcomes);
        assertEquals(1, store.abandoned);
        assertEquals(2, store.begun);
        for (int i = 1; i < QUEUES; i++) assertEquals(1, backlog("q" + i));
    }

    @Test
    void forFewQueuesNoTransactionBegins() {
        for (int i = TARGETS_PER_RECORD; i < QUEUES; i++) now(host.deleteQueue(broker.loopOf(loop), "q" + i));
        publisher.publish(exchange, TestMessages.durable("a", "text"), 1);
        loops.runAll();
        assertEquals(0, store.begun);
        assertEquals(1, store.memory.storedMessages());
        for (int i = 0; i < TARGETS_PER_RECORD; i++) assertEquals(1, backlog("q" + i));
    }
}
