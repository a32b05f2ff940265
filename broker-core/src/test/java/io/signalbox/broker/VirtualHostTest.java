package io.signalbox.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.NeutralView.Property;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.routing.Binding;
import io.signalbox.broker.routing.ExchangeType;
import io.signalbox.broker.routing.Matches;
import io.signalbox.broker.routing.NamedOrigin;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.TargetFlags;
import io.signalbox.broker.store.WriteBatch;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The catalogue when the log says no, and when names are not what they should be. */
class VirtualHostTest {

    private static final class RefusingStore extends RelayStore {
        boolean refusing;
        Runnable beforeAppend = () -> {};

        @Override
        public long append(WriteBatch batch) {
            if (refusing) return MessageStore.FULL;
            beforeAppend.run();
            return super.append(batch);
        }
    }

    private final RefusingStore store = new RefusingStore();
    private final TestLoops loops = new TestLoops();
    private final TestLoops.Queue tasks = loops.add();
    private Broker broker;
    private VirtualHost host;
    private Loop loop;

    @BeforeEach
    void open() throws Exception {
        broker = Broker.open(new BrokerSettings(store, loops.all(), InstantSource.system(), (done, total) -> {}));
        host = broker.defaultVirtualHost();
        loop = broker.loopOf(tasks);
    }

    private <T> T now(CompletionStage<T> stage) {
        loops.runAll();
        return stage.toCompletableFuture().join();
    }

    private CatalogueException.Reason refusal(CompletionStage<?> stage) {
        loops.runAll();
        Throwable refusal =
                stage.handle((done, failure) -> failure).toCompletableFuture().join();
        return assertInstanceOf(CatalogueException.class, refusal).reason();
    }

    private boolean reaches(String topic, MessageQueue queue) {
        Matches matches = new Matches();
        Message message = TestMessages.durable(topic, "");
        host.topics().route(message, new Object(), 0, matches);
        for (int i = 0; i < matches.size(); i++) {
            if (matches.destination(i) == queue) return true;
        }
        return false;
    }

    @Test
    void nothingIsBoundToTheDefaultExchange() {
        now(host.declareQueue(loop, QueueSettings.durable("q", "test")));
        assertEquals(CatalogueException.Reason.INVALID, refusal(host.bind(loop, "", "q", "another")));
    }

    @Test
    void aBindingThatTheLogDidNotTakeIsNotThere() {
        MessageQueue queue = now(host.declareQueue(loop, QueueSettings.durable("q", "test")));
        store.refusing = true;
        assertEquals(CatalogueException.Reason.STORE_BUSY, refusal(host.bind(loop, VirtualHost.TOPICS, "q", "a")));
        assertFalse(reaches("a", queue));
        store.refusing = false;
        now(host.bind(loop, VirtualHost.TOPICS, "q", "a"));
        assertTrue(reaches("a", queue));
    }

    private static boolean takes(VirtualHost host, Message message, Object origin) {
        Matches matches = new Matches();
        host.topics().route(message, origin, 0, matches);
        return !matches.isEmpty();
    }

    private static final Message RED = TestMessages.withProperties("t", new Property("colour", "red"));
    private static final Message BLUE = TestMessages.withProperties("t", new Property("colour", "blue"));

    @Test
    void aBindingLetsThroughWhatItsFilterMatches() {
        now(host.declareQueue(loop, QueueSettings.durable("q", "test")));
        now(host.bind(loop, VirtualHost.TOPICS, "q", BindingTerms.of("t").filteredBy("colour = 'red'")));
        assertTrue(takes(host, RED, this));
        assertFalse(takes(host, BLUE, this));
    }

    @Test
    void newTermsTakeThePlaceOfTheOldOnesOrNothingChanges() {
        now(host.declareQueue(loop, QueueSettings.durable("q", "test")));
        BindingTerms red = BindingTerms.of("t").filteredBy("colour = 'red'");
        BindingTerms blue = BindingTerms.of("t").filteredBy("colour = 'blue'");
        now(host.bind(loop, VirtualHost.TOPICS, "q", red));
        store.refusing = true;
        assertEquals(CatalogueException.Reason.STORE_BUSY, refusal(host.bind(loop, VirtualHost.TOPICS, "q", blue)));
        assertTrue(takes(host, RED, this));
        assertFalse(takes(host, BLUE, this));
        store.refusing = false;
        now(host.bind(loop, VirtualHost.TOPICS, "q", blue));
        assertFalse(takes(host, RED, this));
        assertTrue(takes(host, BLUE, this));
    }

    @Test
    void aFilterThatIsNotValidIsRefusedWithItsSentence() {
        now(host.declareQueue(loop, QueueSettings.durable("q", "test")));
        var refused =
                host.bind(loop, VirtualHost.TOPICS, "q", BindingTerms.of("t").filteredBy("colour ="));
        assertEquals(CatalogueException.Reason.INVALID, refusal(refused));
        assertFalse(takes(host, RED, this));
    }

    private record Client(String originName) implements NamedOrigin {}

    @Test
    void aBindingLeavesOutAPublisherByItselfOrByItsName() {
        now(host.declareQueue(loop, QueueSettings.transientQueue("q", "test")));
        now(host.bind(loop, VirtualHost.TOPICS, "q", BindingTerms.of("t").withoutMessagesOf(this)));
        assertFalse(takes(host, RED, this));
        assertTrue(takes(host, RED, new Object()));
        now(host.bind(loop, VirtualHost.TOPICS, "q", BindingTerms.of("t").withoutMessagesOf("one")));
        assertFalse(takes(host, RED, new Client("one")));
        assertTrue(takes(host, RED, new Client("two")));
    }

    @Test
    void aDurableBindingDoesNotLeaveOutWhomTheNextLifeDoesNotKnow() {
        now(host.declareQueue(loop, QueueSettings.durable("q", "test")));
        var refused =
                host.bind(loop, VirtualHost.TOPICS, "q", BindingTerms.of("t").withoutMessagesOf(this));
        assertEquals(CatalogueException.Reason.INVALID, refusal(refused));
        assertFalse(takes(host, RED, new Object()));
    }

    @Test
    void aBindingHasItsFilterAfterARestartToo() throws Exception {
        now(host.declareQueue(loop, QueueSettings.durable("q", "test")));
        BindingTerms terms = BindingTerms.of("t").filteredBy("colour = 'red'").withoutMessagesOf("one");
        now(host.bind(loop, VirtualHost.TOPICS, "q", terms));
        Broker next = Broker.open(new BrokerSettings(store, loops.all(), InstantSource.system(), (done, total) -> {}));
        assertTrue(takes(next.defaultVirtualHost(), RED, this));
        assertFalse(takes(next.defaultVirtualHost(), BLUE, this));
        assertFalse(takes(next.defaultVirtualHost(), RED, new Client("one")));
    }

    @Test
    void aQueueOrExchangeThatTheLogDidNotTakeIsNotThere() {
        store.refusing = true;
        assertEquals(
                CatalogueException.Reason.STORE_BUSY,
                refusal(host.declareQueue(loop, QueueSettings.durable("q", "test"))));
        assertEquals(
                CatalogueException.Reason.STORE_BUSY, refusal(host.declareExchange(loop, "e", ExchangeType.DIRECT)));
        assertTrue(host.queue("q").isEmpty());
        assertTrue(host.exchange("e").isEmpty());
    }

    @Test
    void aRemovalThatTheLogDidNotTakeLeavesTheQueueAsItWas() {
        MessageQueue queue = now(host.declareQueue(loop, QueueSettings.durable("q", "test")));
        now(host.bind(loop, VirtualHost.TOPICS, "q", "a"));
        store.refusing = true;
        assertEquals(CatalogueException.Reason.STORE_BUSY, refusal(host.deleteQueue(loop, "q")));
        assertTrue(reaches("a", queue));
        assertFalse(queue.isDeleted());
    }

    @Test
    void namesThatTheCatalogueCannotKeepAreRefusedAndLeaveNothing() {
        MessageQueue queue = now(host.declareQueue(loop, QueueSettings.durable("q", "test")));
        for (String key : new String[] {"k".repeat(70_000), "\u20ac".repeat(30_000), "a\0b"}) {
            assertEquals(CatalogueException.Reason.INVALID, refusal(host.bind(loop, VirtualHost.TOPICS, "q", key)));
            assertFalse(reaches(key, queue));
        }
        for (String name : new String[] {"e".repeat(70_000), "a\0b"}) {
            assertEquals(
                    CatalogueException.Reason.INVALID, refusal(host.declareExchange(loop, name, ExchangeType.DIRECT)));
        }
        now(host.declareQueue(loop, QueueSettings.durable("long", "c".repeat(70_000))));
    }

    @Test
    void aRemovedQueueIsNoLongerAMatchWhateverBindingStillLeadsThere() {
        MessageQueue queue = now(host.declareQueue(loop, QueueSettings.durable("q", "test")));
        host.topics().addBinding(Binding.of("a", queue)); // a session's binding, which the catalogue does not know
        now(host.deleteQueue(loop, "q"));
        assertFalse(reaches("a", queue));
    }

    @Test
    void aQueueThatBecomesDurableKeepsItsPurposeItsBindingsAndWhatComesFromThenOn() throws Exception {
        MessageQueue queue = now(host.declareQueue(loop, QueueSettings.group("g", false, "test")));
        now(host.bind(loop, VirtualHost.TOPICS, "g", "a"));
        queue.enqueue(TestMessages.durable("a", "before"), 0, TargetFlags.ofQos(1), loop);
        now(host.makeDurable(loop, "g"));
        assertTrue(queue.settings().durable());
        Message message = TestMessages.durable("a", "after");
        WriteBatch batch = new WriteBatch().message(message).enqueueTo(queue.id(), TargetFlags.ofQos(1));
        store.append(batch);
        queue.enqueue(message, batch.enqueueLsn(), TargetFlags.ofQos(1), loop);
        assertEquals(2, queue.status().ready());
        open();
        MessageQueue restored = host.queue("g").orElseThrow();
        assertEquals(QueueSettings.group("g", true, "test"), restored.settings());
        assertTrue(reaches("a", restored));
        now(host.deleteQueue(loop, "g"));
        assertEquals(0, store.memory.storedMessages());
    }

    @Test
    void aQueueThatTheLogDidNotMakeDurableStaysAsItWas() {
        MessageQueue queue = now(host.declareQueue(loop, QueueSettings.group("g", false, "test")));
        store.refusing = true;
        assertEquals(CatalogueException.Reason.STORE_BUSY, refusal(host.makeDurable(loop, "g")));
        assertFalse(queue.settings().durable());
        assertEquals(CatalogueException.Reason.NOT_FOUND, refusal(host.makeDurable(loop, "h")));
    }

    @Test
    void theNextLifeKnowsWhatEachQueueIsForAndWhatLeadsToIt() throws Exception {
        now(host.declareQueue(loop, QueueSettings.durable("shared", "test")));
        now(host.declareQueue(loop, QueueSettings.session("session", true, "test")));
        now(host.declareQueue(loop, QueueSettings.subscription("subscription", true, "test")));
        now(host.declareQueue(loop, QueueSettings.group("group", true, "test")));
        now(host.bind(loop, VirtualHost.TOPICS, "subscription", "a/#"));
        open();
        for (QueueSettings.Purpose purpose : QueueSettings.Purpose.values()) {
            String name = purpose.name().toLowerCase(java.util.Locale.ROOT);
            assertEquals(purpose, host.queue(name).orElseThrow().settings().purpose());
        }
        assertEquals(
                Set.of(new VirtualHost.Bound(VirtualHost.TOPICS, BindingTerms.of("a/#"))),
                host.bindings("subscription"));
        assertEquals(Set.of(), host.bindings("shared"));
    }

    @Test
    void whatRacesTheEndOfItsQueuePinsNothingAndStopsNothing() {
        MessageQueue queue = now(host.declareQueue(loop, QueueSettings.durable("q", "test")));
        Message message = TestMessages.durable("q", "x");
        WriteBatch before = new WriteBatch().message(message).enqueueTo(queue.id(), 0);
        store.append(before);
        now(host.deleteQueue(loop, "q"));
        queue.enqueue(message, before.enqueueLsn(), 0, loop); // appended before the end, offered after it
        WriteBatch after = new WriteBatch().message(message).enqueueTo(queue.id(), 0);
        store.append(after);
        queue.enqueue(message, after.enqueueLsn(), 0, loop);
        assertEquals(0, store.memory.storedMessages());
        assertEquals(2, queue.status().settled(), "the mailbox still works");
    }

    @Test
    void aReservationOfQueueIdsIsNeverOverwrittenByAnEarlierOne() throws Exception {
        long first = broker.nextQueueId();
        CountDownLatch reserving = new CountDownLatch(1);
        CountDownLatch mayAppend = new CountDownLatch(1);
        Thread slow = new Thread(() -> {
            for (long id = first; id < first + (1 << 20); ) id = broker.nextQueueId();
        });
        store.beforeAppend = () -> {
            if (Thread.currentThread() != slow) return;
            reserving.countDown();
            await(mayAppend);
        };
        slow.start();
        assertTrue(reserving.await(10, TimeUnit.SECONDS));
        long[] last = new long[1];
        Thread fast = new Thread(() -> {
            for (int i = 0; i < (1 << 20) + 10; i++) last[0] = broker.nextQueueId();
            mayAppend.countDown();
        });
        fast.start();
        // Where reservations exclude each other the fast one waits for the slow one's, which goes on after a while.
        fast.join(300);
        mayAppend.countDown();
        fast.join(10_000);
        slow.join(10_000);
        long recorded = CatalogueCodec.number(store.table("broker.numbers")
                .get("queue-id-limit".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .orElseThrow());
        assertTrue(last[0] < recorded, "id " + last[0] + " is in use and the next life begins at " + recorded);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(10, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
