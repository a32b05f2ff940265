package io.signalbox.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.routing.Binding;
import io.signalbox.broker.routing.DirectListener;
import io.signalbox.broker.routing.DirectSubscription;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.StateTable;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.broker.store.WriteBatch.TableChange;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes with a message into its record, and messages whose targets wait for the force. */
class RiderTest {

    /** A log that has no space for as long as the test says so. */
    private static final class FullStore extends RelayStore {
        private boolean full;
        private Runnable waiter = () -> {};

        @Override
        public long append(WriteBatch batch) {
            return full ? MessageStore.FULL : super.append(batch);
        }

        @Override
        public void whenSpace(Runnable whoWaits) {
            waiter = whoWaits;
        }

        private void makeSpace() {
            full = false;
            waiter.run();
        }
    }

    private final FullStore store = new FullStore();
    private final StateTable table = store.table("ids");
    private final byte[] key = "7".getBytes(UTF_8);
    private final TestLoops loops = new TestLoops();
    private final TestLoops.Queue loop = loops.add();
    private final List<String> answers = new ArrayList<>();
    private final List<String> direct = new ArrayList<>();
    private Broker broker;
    private VirtualHost host;
    private Publisher publisher;

    @BeforeEach
    void open() throws Exception {
        broker = Broker.open(new BrokerSettings(store, loops.all(), InstantSource.system(), (done, total) -> {}));
        host = broker.defaultVirtualHost();
        publisher = host.openPublisher(broker.loopOf(loop), new Object(), new PublishListener() {
            @Override
            public void onOutcome(long token, PublishOutcome outcome) {
                answers.add(token + " " + outcome.getClass().getSimpleName());
            }

            @Override
            public void onOutcomesEnd() {}

            @Override
            public void onUnblocked() {}
        });
    }

    private MessageQueue queue(QueueSettings settings) {
        var declared = host.declareQueue(broker.loopOf(loop), settings);
        loops.runAll();
        return declared.toCompletableFuture().join();
    }

    private void listenTo(String topic) {
        DirectSubscription subscription = host.openDirect(broker.loopOf(loop), new DirectListener() {
            @Override
            public void onMessage(Message message, int flags) {
                direct.add(TestMessages.text(message));
            }

            @Override
            public void onBatchEnd() {}
        });
        host.topics().addBinding(Binding.of(topic, subscription));
    }

    private Rider remembering(Rider.Release release) {
        return new Rider(List.of(TableChange.put(table, key, "in".getBytes(UTF_8))), release);
    }

    @Test
    void aChangeGoesWithTheMessage() {
        MessageQueue queue = queue(QueueSettings.durable("q", "test"));
        publisher.publish(queue, TestMessages.durable("q", "a"), 1, remembering(Rider.Release.AT_APPEND));
        loops.runAll();
        assertEquals(List.of("1 Stored"), answers);
        assertEquals(1, queue.status().ready());
        assertArrayEquals("in".getBytes(UTF_8), table.get(key).orElseThrow());
    }

    @Test
    void aChangeWithoutATargetIsStillMadeAndWaitedFor() {
        store.memory.hold();
        publisher.publish(host.topics(), TestMessages.durable("nobody", "a"), 1, remembering(Rider.Release.AT_APPEND));
        loops.runAll();
        assertTrue(answers.isEmpty());
        store.memory.release();
        loops.runAll();
        assertEquals(List.of("1 Unroutable"), answers);
        assertTrue(table.get(key).isPresent());
    }

    @Test
    void aTransientMessageDoesNotWaitForItsChange() {
        store.memory.hold();
        publisher.publish(
                host.topics(), TestMessages.transientOne("nobody", "a"), 1, remembering(Rider.Release.AT_APPEND));
        assertEquals(List.of("1 Unroutable"), answers);
        assertTrue(table.get(key).isPresent());
        store.memory.release();
    }

    @Test
    void aRefusedMessageBringsNoChangeAbout() {
        MessageQueue queue = queue(QueueSettings.durable("q", "test"));
        host.deleteQueue(broker.loopOf(loop), "q");
        loops.runAll();
        publisher.publish(queue, TestMessages.durable("q", "a"), 1, remembering(Rider.Release.AT_APPEND));
        assertEquals(List.of("1 Refused"), answers);
        assertFalse(table.get(key).isPresent());
    }

    @Test
    void afterTheForceEveryTargetGetsItAndNotBefore() {
        MessageQueue queue = queue(QueueSettings.durable("t", "test"));
        host.bind(broker.loopOf(loop), VirtualHost.TOPICS, "t", "t");
        loops.runAll();
        listenTo("t");
        store.memory.hold();
        publisher.publish(host.topics(), TestMessages.durable("t", "a"), 1, remembering(Rider.Release.AFTER_FORCE));
        loops.runAll();
        assertEquals(List.of(), direct);
        assertEquals(0, queue.status().ready());
        store.memory.release();
        loops.runAll();
        assertEquals(List.of("a"), direct);
        assertEquals(1, queue.status().ready());
        assertEquals(List.of("1 Stored"), answers);
    }

    @Test
    void whatThePublisherSendsMeanwhileStaysBehind() {
        listenTo("t");
        store.memory.hold();
        publisher.publish(host.topics(), TestMessages.durable("t", "a"), 1, remembering(Rider.Release.AFTER_FORCE));
        publisher.publish(host.topics(), TestMessages.transientOne("t", "b"), 2);
        loops.runAll();
        assertEquals(List.of(), direct);
        store.memory.release();
        loops.runAll();
        assertEquals(List.of("a", "b"), direct);
        assertEquals(List.of("1 Stored", "2 Stored"), answers);
        publisher.publish(host.topics(), TestMessages.transientOne("t", "c"), 3);
        loops.runAll();
        assertEquals(List.of("a", "b", "c"), direct);
    }

    @Test
    void itsTargetsGetItAlsoWhenThePublisherHasLeft() {
        MessageQueue queue = queue(QueueSettings.durable("q", "test"));
        store.memory.hold();
        publisher.publish(queue, TestMessages.durable("q", "a"), 1, remembering(Rider.Release.AFTER_FORCE));
        publisher.close();
        store.memory.release();
        loops.runAll();
        assertEquals(List.of(), answers);
        assertEquals(1, queue.status().ready());
    }

    @Test
    void whatHadToWaitForSpaceIsCountedOnceAndAnsweredOnce() {
        store.full = true;
        publisher.publish(host.topics(), TestMessages.durable("nobody", "a"), 1, remembering(Rider.Release.AT_APPEND));
        store.makeSpace();
        loops.runAll();
        assertEquals(List.of("1 Unroutable"), answers);
        assertEquals(1, broker.counters().unroutable.sum());
    }

    @Test
    void afterAFailedForceNobodyGetsIt() {
        MessageQueue queue = queue(QueueSettings.durable("q", "test"));
        store.memory.hold();
        publisher.publish(queue, TestMessages.durable("q", "a"), 1, remembering(Rider.Release.AFTER_FORCE));
        store.memory.fail("The disk is gone.");
        loops.runAll();
        assertEquals(List.of("1 Failed"), answers);
        assertEquals(0, queue.status().ready());
    }
}
