package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.signalbox.broker.message.MessageFormats;
import io.signalbox.broker.store.MemoryStore;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.persistence.PersistentStore;
import io.signalbox.persistence.StoreSettings;
import io.signalbox.testkit.Clause;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The listener over the real log. */
class RestartTest {

    private static final StoreSettings SMALL = new StoreSettings(1 << 20, 64 << 10, 256 << 10, 50_000_000, 10_000_000);

    @TempDir
    Path directory;

    private TestServer start() throws Exception {
        MessageStore store = PersistentStore.open(directory, SMALL, MessageFormats.of(MqttFormat.INSTANCE));
        return new TestServer(store, TestServer.EVERYBODY, MqttSettings.defaults());
    }

    /** MQTT-4.1.0-1, MQTT-4.4.0-1: what was acknowledged to the publisher is there, what the subscriber had is marked. */
    @Clause("MQTT-4.4.0-1")
    @Test
    void aSessionFindsItsMessagesAfterARestart() throws Exception {
        try (TestServer first = start()) {
            TestClient subscriber = first.client()
                    .connectV5Persistent("s", 0)
                    .send("82 07 00 01 00 00 01 't' 01")
                    .expect("90 04 00 01 00 01");
            TestClient publisher = first.client().connectV3("p");
            publisher.send("32 06 00 01 't' 00 01 'a'").expect("40 02 00 01");
            publisher.send("32 06 00 01 't' 00 02 'b'").expect("40 02 00 02");
            subscriber
                    .expect("32 07 00 01 't' 00 01 00 'a'")
                    .send("40 02 00 01")
                    .expect("32 07 00 01 't' 00 02 00 'b'")
                    .expectNothingElse();
        }
        try (TestServer second = start()) {
            assertEquals(1, second.listener.sessions());
            assertEquals(1, second.broker.recoveredMessages());
            second.client()
                    .connectV5Persistent("s", 1)
                    .expect("3a 07 00 01 't' 00 01 00 'b'")
                    .send("40 02 00 01")
                    .expectNothingElse();
        }
        try (TestServer third = start()) {
            third.client().connectV5Persistent("s", 1).expectNothingElse();
        }
    }

    @Test
    void aSessionThatWasCleanedStaysAway() throws Exception {
        try (TestServer first = start()) {
            first.client()
                    .connectV3Persistent("s", 0)
                    .send("82 06 00 01 00 01 't' 01")
                    .expect("90 03 00 01 01");
            first.client().connectV3("s").expectNothingElse();
        }
        try (TestServer second = start()) {
            assertEquals(0, second.listener.sessions());
            assertEquals(0, second.broker.defaultVirtualHost().queues().size());
            second.client().connectV3Persistent("s", 0).expectNothingElse();
        }
    }

    /** A log takes records of a limited size; a session may need more than one, and so may its end. */
    @Test
    void moreSubscriptionsThanOneRecordTakesAreKeptAndRemoved() throws Exception {
        String rest = "x".repeat(34);
        String filters = "0024 'a/" + rest + "' 00 0024 'b/" + rest + "' 00 0024 'c/" + rest + "' 00";
        MemoryStore store = new MemoryStore(128);
        TestServer server = new TestServer(store, TestServer.EVERYBODY, MqttSettings.defaults());
        server.client()
                .connectV3Persistent("s", 0)
                .send("82 77 00 01" + filters)
                .expect("90 05 00 01 00 00 00");
        try (TestServer next = server.restart()) {
            TestClient subscriber = next.client().connectV3Persistent("s", 1);
            next.client().connectV3("p").send("30 27 00 24 'c/" + rest + "' '1'");
            subscriber.expect("30 27 00 24 'c/" + rest + "' '1'");
            server = next.restart();
        }
        server.client().connectV3("s");
        server.client().connectV3Persistent("t", 0);
        try (TestServer last = server.restart()) {
            last.client().connectV3Persistent("s", 0).expectNothingElse();
            assertEquals(0, subscriptions(store));
        }
    }

    /** MQTT-3.3.1-9, §4.1: what waits to be sent is session state, also while it is only a place among the topics. */
    @Test
    void retainedMessagesOfANewSubscriptionGoOnWhereTheyWere() throws Exception {
        int topics = 700;
        RetainedReader reader = new RetainedReader();
        try (TestServer first = start()) {
            TestClient publisher = first.client().connectV3("p");
            for (int i = 0; i < topics; i++) RetainedReader.publish(publisher, i);
            TestClient subscriber = first.client()
                    .connectV3Persistent("s", 0)
                    .send("82 08 00 01 00 03 't/+' 01")
                    .expect("90 03 00 01 01");
            reader.acknowledge(subscriber, 300);
            RetainedReader.awaitAcknowledged(subscriber);
        }
        try (TestServer second = start()) {
            TestClient subscriber = second.client().connectV3Persistent("s", 1);
            reader.acknowledge(subscriber, topics - 300);
            subscriber.expectNothingElse();
        }
        assertEquals(topics, reader.topics());
        try (TestServer third = start()) {
            third.client().connectV3Persistent("s", 1).expectNothingElse();
        }
    }

    @Test
    void retainedMessagesAreThereAfterARestart() throws Exception {
        try (TestServer first = start()) {
            TestClient publisher = first.client().connectV5("p");
            publisher.send("33 07 00 01 'a' 00 01 00 '1'").expect("40 03 00 01 10");
            publisher.send("33 07 00 01 'b' 00 02 00 '1'").expect("40 03 00 02 10");
            publisher.send("33 07 00 01 'a' 00 03 00 '2'").expect("40 03 00 03 10");
            publisher.send("33 06 00 01 'b' 00 04 00").expect("40 03 00 04 10");
        }
        try (TestServer second = start()) {
            second.client()
                    .connectV3("s")
                    .send("82 06 00 01 00 01 '#' 00")
                    .expect("90 03 00 01 00")
                    .expect("31 04 00 01 'a' '2'")
                    .expectNothingElse();
        }
    }

    private static int subscriptions(MemoryStore store) {
        AtomicInteger count = new AtomicInteger();
        store.table("mqtt.subscriptions").forEach((key, value) -> count.incrementAndGet());
        return count.get();
    }
}
