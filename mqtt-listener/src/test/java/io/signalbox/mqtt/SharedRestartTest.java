package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.signalbox.broker.message.MessageFormats;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.persistence.PersistentStore;
import io.signalbox.persistence.StoreSettings;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shared subscriptions and named queues over the real log. */
class SharedRestartTest {

    private static final StoreSettings SMALL = new StoreSettings(1 << 20, 64 << 10, 256 << 10, 50_000_000, 10_000_000);
    private static final String SUBSCRIBE = "82 10 00 01 00 00 0a '$share/g/t' 01";
    private static final String SUBACK = "90 04 00 01 00 01";

    @TempDir
    Path directory;

    private TestServer start() throws Exception {
        MessageStore store = PersistentStore.open(directory, SMALL, MessageFormats.of(MqttFormat.INSTANCE));
        return new TestServer(store, TestServer.EVERYBODY, MqttSettings.defaults());
    }

    private static void publish(TestServer server, String payload) throws Exception {
        TestClient publisher = server.client().connectV3("p");
        publisher.send("32 06 00 01 't' 00 01 '" + payload + "'").expect("40 02 00 01");
    }

    private static int queues(TestServer server) {
        return server.broker.defaultVirtualHost().queues().size();
    }

    /** MQTT-4.1.0-1, §4.8.2: durable from the first member on whose session is kept, whoever came before it. */
    @Test
    void aGroupWithAStoredMemberFindsItsMessagesAfterARestart() throws Exception {
        try (TestServer first = start()) {
            TestClient passing =
                    first.client().connectV5("passing").send(SUBSCRIBE).expect(SUBACK);
            TestClient stored = first.client()
                    .connectV5Persistent("stored", 0)
                    .send(SUBSCRIBE)
                    .expect(SUBACK);
            for (String payload : new String[] {"1", "2", "3"}) publish(first, payload);
            passing.expect("32 07 00 01 't' 00 01 00 '1'").expect("32 07 00 01 't' 00 02 00 '3'");
            stored.expect("32 07 00 01 't' 00 01 00 '2'").send("40 02 00 01").expectNothingElse();
        }
        try (TestServer second = start()) {
            assertEquals(2, second.broker.recoveredMessages());
            publish(second, "4");
            second.client()
                    .connectV5Persistent("stored", 1)
                    .expect("3a 07 00 01 't' 00 01 00 '1'")
                    .expect("3a 07 00 01 't' 00 02 00 '3'")
                    .expect("32 07 00 01 't' 00 03 00 '4'")
                    .send("40 02 00 01 40 02 00 02 40 02 00 03")
                    .send("a2 0f 00 02 00 00 0a '$share/g/t'")
                    .expect("b0 04 00 02 00 00");
            assertEquals(0, queues(second));
        }
        try (TestServer third = start()) {
            assertEquals(0, queues(third));
            third.client().connectV5Persistent("stored", 1).expectNothingElse();
        }
    }

    @Test
    void aGroupWhoseLastSessionWasCleanedIsNotThereAfterARestart() throws Exception {
        try (TestServer first = start()) {
            first.client()
                    .connectV5Persistent("a", 0)
                    .send(SUBSCRIBE)
                    .expect(SUBACK)
                    .close();
            first.waitUntilDisconnected(1);
            publish(first, "1");
            first.client().connectV5("a").expectNothingElse();
            assertEquals(0, queues(first));
        }
        try (TestServer second = start()) {
            assertEquals(0, second.broker.recoveredMessages());
            assertEquals(0, queues(second));
        }
    }

    @Test
    void aGroupOfWhichNobodyIsLeftIsClearedAwayAtTheStart() throws Exception {
        try (TestServer first = start()) {
            first.client()
                    .connectV5Persistent("a", 0)
                    .send(SUBSCRIBE)
                    .expect(SUBACK)
                    .close();
            first.waitUntilDisconnected(1);
            publish(first, "1");
        }
        MessageStore store = PersistentStore.open(directory, SMALL, MessageFormats.of(MqttFormat.INSTANCE));
        try (TestServer later = TestServer.startLater(store, 3_601_000)) {
            assertEquals(0, later.listener.sessions());
            assertEquals(0, queues(later));
        }
    }

    @Test
    void aNamedQueueAndItsSubscriptionAreThereAfterARestart() throws Exception {
        try (TestServer first = start()) {
            first.client()
                    .connectV5Persistent("a", 0)
                    .send("82 0e 00 01 00 00 08 '$queue/q' 01")
                    .expect(SUBACK)
                    .close();
            first.waitUntilDisconnected(1);
            first.client()
                    .connectV3("p")
                    .send("32 0d 00 08 '$queue/q' 00 07 '1' 30 0b 00 08 '$queue/q' '0'")
                    .expect("40 02 00 07")
                    .expectNothingElse();
        }
        try (TestServer second = start()) {
            second.client()
                    .connectV5Persistent("a", 1)
                    .expect("3a 0e 00 08 '$queue/q' 00 01 00 '1'")
                    .expectNothingElse();
        }
    }
}
