package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.signalbox.broker.message.MessageFormats;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.persistence.PersistentStore;
import io.signalbox.persistence.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wills of clients whose broker crashes before they are published: the log as the crash left it is opened by another. */
class WillRestartTest {

    private static final StoreSettings SMALL = new StoreSettings(1 << 20, 64 << 10, 256 << 10, 50_000_000, 10_000_000);

    @TempDir
    Path before;

    @TempDir
    Path after;

    private TestServer start() throws Exception {
        return new TestServer(open(before), TestServer.EVERYBODY, MqttSettings.defaults());
    }

    private TestServer startAfterTheCrash(long laterMillis) throws Exception {
        return TestServer.startLater(open(after), laterMillis);
    }

    private static MessageStore open(Path directory) throws Exception {
        return PersistentStore.open(directory, SMALL, MessageFormats.of(MqttFormat.INSTANCE));
    }

    /** What is on the disk at this moment is what the next life finds. */
    private void crash() throws IOException {
        try (Stream<Path> files = Files.walk(before)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path copy = after.resolve(before.relativize(file).toString());
                if (Files.isDirectory(file)) Files.createDirectories(copy);
                else Files.copy(file, copy);
            }
        }
    }

    /** A session of an hour with a will of QoS 1 to topic w. */
    private static TestClient mortal(TestServer server, String delaySeconds) throws Exception {
        return server.client()
                .send("10 21 00 04 'MQTT' 05 0c 00 00 05 11 00000e10 00 01 'a' 05 18" + delaySeconds
                        + "00 01 'w' 00 03 'bye'")
                .expectPacket("20");
    }

    private static TestClient heir(TestServer server) throws Exception {
        return server.client()
                .connectV3Persistent("heir", 0)
                .send("82 06 00 01 00 01 'w' 01")
                .expect("90 03 00 01 01");
    }

    /** All that was written until now is on the disk. */
    private static void force(TestServer server) throws Exception {
        server.client().connectV3Persistent("forced", 0);
    }

    private static int storedWills(TestServer server) {
        AtomicInteger count = new AtomicInteger();
        server.broker.store().table("mqtt.wills").forEach((key, value) -> count.incrementAndGet());
        return count.get();
    }

    /** MQTT-3.1.2-8, MQTT-3.1.2-9, MQTT-3.1.2-10: with the CONNECT's other state, until it has been published, and once. */
    @Test
    void theWillOfAStoredSessionIsPublishedAfterACrash() throws Exception {
        try (TestServer first = start()) {
            heir(first);
            mortal(first, "00000000");
            crash();
        }
        try (TestServer second = startAfterTheCrash(0)) {
            second.client()
                    .connectV3Persistent("heir", 1)
                    .expect("32 08 00 01 'w' 00 01 'bye'")
                    .send("40 02 00 01")
                    .expectNothingElse();
            assertEquals(0, storedWills(second));
        }
        try (TestServer third = startAfterTheCrash(0)) {
            third.client().connectV3Persistent("heir", 1).expectNothingElse();
        }
    }

    /** §3.1.3.2.2: the delay begins with the end of the connection, which the crash was. */
    @Test
    void aDelayedWillWaitsForItsDelayAfterACrash() throws Exception {
        try (TestServer first = start()) {
            heir(first);
            mortal(first, "00000001");
            crash();
        }
        try (TestServer second = startAfterTheCrash(0)) {
            TestClient heir = second.client().connectV3Persistent("heir", 1).expectSilence(400);
            second.waitMillis(700);
            heir.expect("32 08 00 01 'w' 00 01 'bye'");
        }
    }

    /** What was agreed is a span; it does not grow because the clock says an earlier hour than before. */
    @Test
    void aClockThatWasSetBackMakesNeitherSessionNorDelayLonger() throws Exception {
        try (TestServer first = start()) {
            heir(first);
            mortal(first, "00000002").close();
            first.client()
                    .sendConnect("04 'MQTT' 05 00 00 00 05 11 00000002", "short")
                    .expectPacket("20")
                    .close();
            first.waitUntilDisconnected(2);
            force(first);
            crash();
        }
        try (TestServer second = startAfterTheCrash(-3_600_000)) {
            assertEquals(4, second.listener.sessions());
            TestClient heir = second.client().connectV3Persistent("heir", 1);
            second.waitUntil(() -> second.listener.sessions() == 3);
            heir.expect("32 08 00 01 'w' 00 01 'bye'");
        }
    }

    /** MQTT-4.1.0-2: the crash was the end of the connection; later starts are not. */
    @Test
    void theTimeOfASessionRunsOnThroughStartsThatItIsNotThereFor() throws Exception {
        try (TestServer first = start()) {
            mortal(first, "00000e10");
            crash();
        }
        try (TestServer second = startAfterTheCrash(0)) {
            assertEquals(1, second.listener.sessions());
        }
        try (TestServer third = startAfterTheCrash(3_601_000)) {
            assertEquals(0, third.listener.sessions());
        }
    }

    /** MQTT-3.1.3-9: whoever comes back in time takes it back. */
    @Test
    void aDelayedWillGoesWhenItsClientComesBackAfterTheCrash() throws Exception {
        try (TestServer first = start()) {
            mortal(first, "00000e10");
            crash();
        }
        try (TestServer second = startAfterTheCrash(0)) {
            assertEquals(1, storedWills(second));
            second.client().connectV5Persistent("a", 1);
            assertEquals(0, storedWills(second));
        }
    }

    /** MQTT-3.1.2-8: the end of the session is the end of the delay, also while the broker is down. */
    @Test
    void theWillOfASessionThatEndedMeanwhileIsPublishedAtTheStart() throws Exception {
        try (TestServer first = start()) {
            heir(first);
            mortal(first, "00001c20").close();
            first.waitUntilDisconnected(1);
            force(first);
            crash();
        }
        try (TestServer second = startAfterTheCrash(3_601_000)) {
            second.client().connectV3Persistent("heir", 1).expectPacket("32").expectNothingElse();
            assertEquals(0, storedWills(second));
        }
    }

    /** MQTT-3.1.2-10, MQTT-3.14.4-3. */
    @Test
    void aNormalDisconnectRemovesTheWillFromTheStore() throws Exception {
        try (TestServer first = start()) {
            heir(first);
            mortal(first, "00000000").send("e0 00").expectClosed();
            first.waitUntilDisconnected(1);
            force(first);
            assertEquals(0, storedWills(first));
            crash();
        }
        try (TestServer second = startAfterTheCrash(0)) {
            second.client().connectV3Persistent("heir", 1).expectNothingElse();
        }
    }

    /** It is part of the session's state, and a session that ends with its connection has none. */
    @Test
    void theWillOfASessionThatIsNotKeptIsNotStored() throws Exception {
        try (TestServer first = start()) {
            first.client()
                    .send("10 15 00 04 'MQTT' 04 0e 00 00 00 01 'a' 00 01 'w' 00 03 'bye'")
                    .expect("20 02 00 00");
            assertEquals(0, storedWills(first));
        }
    }
}
