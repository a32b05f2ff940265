package io.signalbox.conformance.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import io.signalbox.conformance.process.Cli;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The commands that look at, and bring in order, the files of a stopped broker. */
final class DataToolsIT {
    private static final int MESSAGES = 1200;
    private static final int SETTLED = 1000;
    private static final int FOR_SESSION = 20;
    private static final String QUEUE = "disk.tools";

    private BrokerProcess broker = BrokerProcess.start(BrokerOptions.fresh().with("data.segment-size", "4MiB"));
    private final Path directory = broker.dataDirectory();
    private final Cli cli = new Cli(directory);

    @AfterEach
    void end() {
        broker.close();
        BrokerProcess.deleteData(directory);
    }

    /** A queue of which most has been settled, a session that is away, a retained message; all of it in checkpoints. */
    private void fill() {
        broker.control().addQueue(QUEUE);
        Mqtt5BlockingClient session = mqtt("session");
        session.connectWith().cleanStart(false).sessionExpiryInterval(3600).send();
        session.subscribeWith()
                .topicFilter("to/session")
                .qos(MqttQos.EXACTLY_ONCE)
                .send();
        session.disconnect();
        Mqtt5BlockingClient publisher = mqtt("publisher");
        publisher.connect();
        publisher
                .publishWith()
                .topic("kept")
                .qos(MqttQos.AT_LEAST_ONCE)
                .retain(true)
                .payload("value".getBytes(UTF_8))
                .send();
        for (int i = 0; i < FOR_SESSION; i++) {
            publisher
                    .publishWith()
                    .topic("to/session")
                    .qos(MqttQos.EXACTLY_ONCE)
                    .payload(NumberedMessages.body(i))
                    .send();
        }
        publisher.disconnect();
        NumberedMessages.send(broker, QUEUE, MESSAGES);
        assertEquals(SETTLED, NumberedMessages.settle(broker, QUEUE, SETTLED).size());
        DataFiles.awaitCheckpoints(directory);
    }

    private Mqtt5BlockingClient mqtt(String id) {
        return Mqtt5Client.builder().identifier(id).serverAddress(broker.mqtt()).buildBlocking();
    }

    @Test
    void aVerificationNamesWhatDamageHasHit() throws Exception {
        fill();
        Cli.Ended used = cli.run("", "data", "verify");
        assertEquals(78, used.exitCode(), used.output());
        assertTrue(
                used.output().contains("is in use by") && used.output().lines().count() == 1, used.output());
        assertEquals(0, broker.stop());
        String sound = cli.succeed("", "data", "verify");
        assertTrue(sound.contains("No damage"), sound);
        NumberedMessages.invertBit(directory, SETTLED + 50);
        Cli.Ended damaged = cli.run("", "data", "verify");
        assertEquals(1, damaged.exitCode(), damaged.output());
        assertTrue(damaged.output().contains("queue " + QUEUE + ": 1 message (LSN "), damaged.output());
        assertTrue(
                damaged.output().contains("1 message hit; every other record is what was written"), damaged.output());
        String printed = cli.succeed("", "data", "print", "--count", "100000");
        assertTrue(
                printed.contains(" bytes, to queues ") && printed.contains("not what was written"), "nothing is shown");
        broker = broker.restart();
        assertEquals(
                MESSAGES - SETTLED - 1,
                NumberedMessages.settle(broker, QUEUE, Integer.MAX_VALUE).size());
    }

    @Test
    void aCompactedStoreHasAboutWhatLives() throws Exception {
        fill();
        assertEquals(78, cli.run("", "data", "compact").exitCode(), "a broker runs");
        assertEquals(0, broker.stop());
        String said = cli.succeed("", "data", "compact", "--set", "data.segment-size=4MiB");
        long bytes = 0;
        for (Path file : DataFiles.named(directory, ".log")) bytes += Files.size(file);
        long living = (long) (MESSAGES - SETTLED + FOR_SESSION) * NumberedMessages.BODY_BYTES;
        assertTrue(bytes < living * 5 / 4 + (4 << 20), bytes + " bytes, " + living + " live: " + said);
        assertTrue(said.contains(" MiB before, ") && said.contains(" MiB now"), said);
        assertTrue(cli.succeed("", "data", "verify").contains("No damage"), "what was written is damaged");
        broker = broker.restart();
        Set<Integer> read = NumberedMessages.settle(broker, QUEUE, Integer.MAX_VALUE);
        assertEquals(MESSAGES - SETTLED, read.size());
        for (int number : read) assertTrue(number >= SETTLED, number + " returned");
    }

    @Test
    void aStoreWithoutAWholeCheckpointIsRebuilt() throws Exception {
        fill();
        Cli.Ended used = cli.run("", "data", "rebuild", "--yes");
        assertEquals(78, used.exitCode(), used.output());
        assertTrue(
                used.output().contains("is in use by") && used.output().lines().count() == 1, used.output());
        assertEquals(0, broker.stop());
        Cli.Ended whole = cli.run("", "data", "rebuild", "--yes");
        assertEquals(78, whole.exitCode(), whole.output());
        assertTrue(whole.output().contains("needs nothing to be rebuilt"), whole.output());
        for (Path checkpoint : DataFiles.checkpoints(directory)) {
            DataFiles.invertBit(checkpoint, Files.size(checkpoint) / 3);
        }
        Cli.Ended start = cli.run("", "run", "--set", "http.port=0");
        assertEquals(78, start.exitCode(), start.output());
        assertTrue(start.output().contains("`signalbox data rebuild`"), start.output());
        Cli.Ended unasked = cli.run("", "data", "rebuild");
        assertEquals(4, unasked.exitCode(), unasked.output());
        assertTrue(unasked.output().contains("of them may have been settled before"), unasked.output());
        assertEquals(78, cli.run("", "run", "--set", "http.port=0").exitCode(), "something has changed");
        String told = cli.succeed("", "data", "rebuild", "--yes");
        assertTrue(told.contains("sessions and retained messages are as they were"), told);
        assertEquals(2, DataFiles.named(directory, ".damaged").size());

        broker = broker.restart();
        Set<Integer> read = NumberedMessages.settle(broker, QUEUE, Integer.MAX_VALUE);
        Set<Integer> missing = new TreeSet<>();
        for (int i = SETTLED; i < MESSAGES; i++) if (!read.contains(i)) missing.add(i);
        assertEquals(Set.of(), missing);
        Mqtt5BlockingClient session = mqtt("session");
        try (var publishes = session.publishes(MqttGlobalPublishFilter.ALL)) {
            assertTrue(session.connectWith()
                    .cleanStart(false)
                    .sessionExpiryInterval(3600)
                    .send()
                    .isSessionPresent());
            for (int i = 0; i < FOR_SESSION; i++) {
                Mqtt5Publish publish = publishes.receive(20, TimeUnit.SECONDS).orElseThrow();
                assertEquals(i, NumberedMessages.number(publish.getPayloadAsBytes()));
            }
            session.subscribeWith().topicFilter("kept").send();
            Mqtt5Publish kept = publishes.receive(20, TimeUnit.SECONDS).orElseThrow();
            assertEquals("value", new String(kept.getPayloadAsBytes(), UTF_8));
        }
        session.disconnect();
    }
}
