package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.signalbox.broker.message.MessageFormats;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.persistence.PersistentStore;
import io.signalbox.persistence.StoreSettings;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** QoS 2 over the real log: a new process goes on where the old one ended, in every gap (§4.3.3, §4.4). */
class Qos2RestartTest {

    private static final StoreSettings SMALL = new StoreSettings(1 << 20, 64 << 10, 256 << 10, 50_000_000, 10_000_000);

    @TempDir
    Path directory;

    private MessageStore store;

    private TestServer start() throws Exception {
        store = PersistentStore.open(directory, SMALL, MessageFormats.of(MqttFormat.INSTANCE));
        return new TestServer(store, TestServer.EVERYBODY, MqttSettings.defaults());
    }

    private int storedPackets() {
        return store.table("mqtt.packets").size();
    }

    private static void publish(TestServer server, String... payloads) throws Exception {
        TestClient publisher = server.client().connectV3("publisher");
        for (String payload : payloads) {
            publisher.send("34 06 00 01 't' 00 01 '" + payload + "'").expect("50 02 00 01");
            publisher.send("62 02 00 01").expect("70 02 00 01");
        }
    }

    /** MQTT-4.4.0-1, MQTT-4.6.0-1, MQTT-4.6.0-4, MQTT-4.3.3-6. */
    @Test
    void aSubscriberIsSentWhatItMayHaveWithTheSameIdentifiers() throws Exception {
        try (TestServer first = start()) {
            TestClient subscriber = first.client()
                    .connectV3Persistent("s", 0)
                    .send("82 06 00 01 00 01 't' 02")
                    .expect("90 03 00 01 02");
            publish(first, "a", "b", "c", "d");
            for (int i = 0; i < 4; i++) subscriber.expectPacket("34");
            subscriber.send("50 02 00 03").expect("62 02 00 03");
            subscriber.send("50 02 00 01").expect("62 02 00 01");
        }
        try (TestServer second = start()) {
            publish(second, "e");
            TestClient subscriber = second.client().connectV3Persistent("s", 1);
            subscriber.expect("62 02 00 03").expect("62 02 00 01");
            subscriber.expect("3c 06 00 01 't' 00 02 'b'").expect("3c 06 00 01 't' 00 04 'd'");
            subscriber.expectPacket("34").send("70 02 00 01 70 02 00 03 50 02 00 02 50 02 00 04 50 02 00 05");
            subscriber.expectPacket("62");
        }
        try (TestServer third = start()) {
            TestClient subscriber = third.client().connectV3Persistent("s", 1);
            for (int i = 0; i < 3; i++) subscriber.expectPacket("62");
            for (int i = 1; i <= 5; i++) subscriber.send("70 02 00 0" + i);
            subscriber.expectNothingElse();
            third.waitUntil(() -> storedPackets() == 0);
            assertEquals(0, third.broker.recoveredMessages());
        }
    }

    /** A message waits for the one who may have seen it, and ends with its session. */
    @Test
    void theEndOfTheSessionEndsWhatItsClientMayHave() throws Exception {
        try (TestServer first = start()) {
            TestClient subscriber = first.client()
                    .connectV3Persistent("s", 0)
                    .send("82 06 00 01 00 01 't' 02")
                    .expect("90 03 00 01 02");
            publish(first, "a");
            subscriber.expectPacket("34");
        }
        try (TestServer second = start()) {
            second.client().connectV3("s").expectNothingElse();
            assertEquals(0, storedPackets());
        }
        try (TestServer third = start()) {
            assertEquals(0, third.broker.recoveredMessages());
            third.client().connectV3Persistent("s", 0).expectNothingElse();
        }
    }

    /** MQTT-4.3.3-10 and MQTT-4.3.3-12, over a restart in each gap. */
    @Test
    void aPublisherMayGoOnInEveryGap() throws Exception {
        try (TestServer first = start()) {
            first.client()
                    .connectV3Persistent("s", 0)
                    .send("82 06 00 01 00 01 't' 02")
                    .expect("90 03 00 01 02")
                    .close();
            first.waitUntilDisconnected(1);
            TestClient publisher = first.client().connectV3Persistent("p", 0);
            publisher.send("34 06 00 01 't' 00 07 'a'").expect("50 02 00 07");
        }
        try (TestServer second = start()) {
            TestClient publisher = second.client().connectV3Persistent("p", 1);
            publisher.send("3c 06 00 01 't' 00 07 'a'").expect("50 02 00 07");
            publisher.send("62 02 00 07").expect("70 02 00 07");
        }
        try (TestServer third = start()) {
            TestClient publisher = third.client().connectV3Persistent("p", 1);
            publisher.send("62 02 00 07").expect("70 02 00 07");
            publisher.send("34 06 00 01 't' 00 07 'b'").expect("50 02 00 07");
            third.client()
                    .connectV3Persistent("s", 1)
                    .expect("34 06 00 01 't' 00 01 'a'")
                    .expect("34 06 00 01 't' 00 02 'b'")
                    .expectNothingElse();
        }
    }
}
