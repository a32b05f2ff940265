package io.signalbox.conformance.crash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import io.signalbox.conformance.clients.JmsClient;
import io.signalbox.conformance.clients.MqttClients;
import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * One publish to 20,000 durable queues, many more than a record of this log takes, and kill -9 somewhere in the middle of it: all of
 * the queues have the message, or none.
 */
final class FanOutCrashIT {
    private static final int QUEUES = Integer.getInteger("signalbox.fanOutQueues", 20_000);
    private static final int KILLS = Integer.getInteger("signalbox.fanOutKills", 2);
    private static final long SEED = Long.getLong("signalbox.seed", System.nanoTime());
    private static final int LONGEST_MILLIS = 1 + QUEUES / 400;

    private final Random random = new Random(SEED);
    private BrokerProcess broker;

    /** Messages that were confirmed, or found in every queue: they are there for good. */
    private int kept;

    private static String definitions() {
        StringBuilder queues = new StringBuilder(QUEUES * 24);
        StringBuilder bindings = new StringBuilder(QUEUES * 64);
        for (int i = 0; i < QUEUES; i++) {
            String comma = i == 0 ? "" : ",\n";
            queues.append(comma).append("{\"name\": \"").append(i).append("\"}");
            bindings.append(comma)
                    .append("{\"exchange\": \"topics\", \"queue\": \"")
                    .append(i)
                    .append("\", \"key\": \"all\"}");
        }
        return "{\"queues\": [" + queues + "], \"bindings\": [" + bindings + "]}";
    }

    @AfterEach
    void stop() {
        if (broker == null) return;
        broker.close();
        BrokerProcess.deleteData(broker.dataDirectory());
    }

    @Test
    void allQueuesHaveAMessageOrNone() throws Exception {
        BrokerOptions options = BrokerOptions.fresh().withJvmOptions("-Xmx1g");
        Path file = Files.writeString(options.dataDirectory().resolve("definitions.json"), definitions());
        broker = BrokerProcess.start(
                options.with("definitions.file", file.toString()).with("data.segment-size", "4MiB"));
        int inTheMiddle = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            int confirmed = publishAndKill();
            broker = broker.restart();
            Set<Long> depths = new TreeSet<>(broker.control().queueDepths().values());
            assertEquals(1, depths.size(), "seed " + SEED + ": some queues have more messages than others: " + depths);
            int found = depths.iterator().next().intValue();
            assertTrue(found >= kept + confirmed && found <= kept + 2, "seed " + SEED + ": " + found + " messages");
            if (confirmed == 1) inTheMiddle++;
            kept = found;
        }
        System.out.println("fan-out to " + QUEUES + " queues, seed " + SEED + ": " + KILLS + " kills, " + inTheMiddle
                + " of them before an answer, " + kept + " messages in each queue");
        for (int queue : List.of(0, QUEUES / 2, QUEUES - 1))
            assertEquals(kept, receiveAll(queue).size());
    }

    /** How many of two publishes were confirmed, in the second of which the broker is killed. */
    private int publishAndKill() throws Exception {
        Mqtt5BlockingClient client = MqttClients.mqtt5(broker, "publisher");
        client.connect();
        int confirmed = 0;
        publish(client).get(60, TimeUnit.SECONDS);
        confirmed++;
        CompletableFuture<Mqtt5PublishResult> last = publish(client);
        try {
            last.get(random.nextInt(LONGEST_MILLIS), TimeUnit.MILLISECONDS);
            confirmed++;
        } catch (TimeoutException e) {
            // it is on its way
        }
        broker.kill();
        return confirmed;
    }

    private static CompletableFuture<Mqtt5PublishResult> publish(Mqtt5BlockingClient client) {
        return client.toAsync()
                .publishWith()
                .topic("all")
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload("to all".getBytes(UTF_8))
                .send();
    }

    private List<String> receiveAll(int queue) throws JMSException {
        List<String> texts = new ArrayList<>();
        try (Connection connection = JmsClient.connect(broker)) {
            Session session = connection.createSession();
            var consumer = session.createConsumer(session.createQueue(String.valueOf(queue)));
            for (int i = 0; i < kept; i++) {
                Message message = consumer.receive(10_000);
                if (message != null) texts.add(new String(message.getBody(byte[].class), UTF_8));
            }
            assertEquals(null, consumer.receive(200));
        }
        for (String text : texts) assertEquals("to all", text);
        return texts;
    }
}
