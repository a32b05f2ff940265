package io.signalbox.conformance.foreign;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient.Mqtt5Publishes;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserPropertiesBuilder;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PayloadFormatIndicator;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.NeutralView;
import io.signalbox.broker.message.NeutralView.PayloadKind;
import io.signalbox.broker.message.NeutralView.Property;
import io.signalbox.conformance.clients.MqttClients;
import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import io.signalbox.testkit.GeneratedView;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.AdvancedMessage;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.Sender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;

/** The map of docs/properties.md with real clients: generated messages go to the other protocol and are sent back. */
@ExtendWith(SharedBroker.class)
final class PropertyMapIT {

    private static final int MESSAGES = 200;
    private static final long LIMIT_SECONDS = 20;

    private String name;
    private Client client;
    private Connection connection;
    private Mqtt5BlockingClient device;

    @BeforeEach
    void connect(BrokerUnderTest broker, TestInfo info) throws Exception {
        name = "map/" + info.getTestMethod().orElseThrow().getName();
        client = Client.create();
        connection = client.connect(broker.amqp().getHostString(), broker.amqp().getPort());
        device = MqttClients.mqtt5(broker, name.replace('/', '-'));
        device.connect();
    }

    @AfterEach
    void close() {
        device.disconnect();
        client.close();
    }

    private Receiver receiver(String topic) throws Exception {
        Receiver receiver = connection.openReceiver("topic://" + topic);
        receiver.openFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        return receiver;
    }

    private static AdvancedMessage<Object> next(Receiver receiver) throws Exception {
        var delivery = receiver.receive(LIMIT_SECONDS, TimeUnit.SECONDS);
        if (delivery == null) throw new AssertionError("no message within " + LIMIT_SECONDS + " s");
        return delivery.message().toAdvancedMessage();
    }

    private Mqtt5Publishes subscribe(String topic) {
        Mqtt5Publishes publishes = device.publishes(MqttGlobalPublishFilter.ALL);
        device.subscribeWith().topicFilter(topic).qos(MqttQos.AT_LEAST_ONCE).send();
        return publishes;
    }

    private static Mqtt5Publish next(Mqtt5Publishes publishes) throws Exception {
        return publishes.receive(LIMIT_SECONDS, TimeUnit.SECONDS).orElseThrow();
    }

    @Test
    void whatAnAmqpClientSendsComesBackFromADeviceThatRepublishesIt() throws Exception {
        Receiver back = receiver(name + "/back");
        Sender sender = connection.openSender("topic://" + name + "/there");
        try (Mqtt5Publishes there = subscribe(name + "/there")) {
            for (long seed = 0; seed < MESSAGES; seed++) {
                AdvancedMessage<Object> sent = new GeneratedAmqp(seed).message();
                sender.send(sent);
                Mqtt5Publish seen = next(there);
                device.publish(seen.extend().topic(name + "/back").build());
                AdvancedMessage<Object> received = next(back);
                assertEquals(GeneratedAmqp.text(sent), GeneratedAmqp.text(received), "seed " + seed);
                long ttl = received.timeToLive();
                boolean counts = sent.timeToLive() == 0 ? ttl >= 0 : ttl > 0 && ttl <= sent.timeToLive();
                assertTrue(counts, "seed " + seed + ": ttl " + ttl);
            }
        }
    }

    @Test
    void whatADevicePublishesComesBackFromAnAmqpClientThatSendsItOn() throws Exception {
        Receiver there = receiver(name + "/there");
        Sender sender = connection.openSender("topic://" + name + "/back");
        try (Mqtt5Publishes back = subscribe(name + "/back")) {
            for (long seed = 0; seed < MESSAGES; seed++) {
                Mqtt5Publish sent = publish(new GeneratedView(seed).withTexts());
                device.publish(sent);
                sender.send(next(there));
                assertSame(sent, next(back), "seed " + seed);
            }
        }
    }

    private Mqtt5Publish publish(NeutralView view) {
        Mqtt5UserPropertiesBuilder user = Mqtt5UserProperties.builder();
        for (Property property : view.properties()) user.add(property.name(), (String) property.value());
        Body.Inline payload = view.payload();
        return Mqtt5Publish.builder()
                .topic(name + "/there")
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(Arrays.copyOfRange(payload.bytes(), payload.from(), payload.to()))
                .payloadFormatIndicator(view.kind() == PayloadKind.TEXT ? Mqtt5PayloadFormatIndicator.UTF_8 : null)
                .contentType(view.contentType().orElse(null))
                .responseTopic(view.replyTo().orElse(null))
                .correlationData(view.correlationId().orElse(null))
                .messageExpiryInterval(100)
                .userProperties(user.build())
                .build();
    }

    private static void assertSame(Mqtt5Publish sent, Mqtt5Publish back, String where) {
        assertArrayEquals(sent.getPayloadAsBytes(), back.getPayloadAsBytes(), where);
        assertEquals(sent.getPayloadFormatIndicator(), back.getPayloadFormatIndicator(), where);
        assertEquals(sent.getContentType(), back.getContentType(), where);
        assertEquals(sent.getResponseTopic(), back.getResponseTopic(), where);
        assertEquals(sent.getCorrelationData(), back.getCorrelationData(), where);
        assertEquals(sent.getUserProperties(), back.getUserProperties(), where); // in order, with what repeats
        assertEquals(sent.getQos(), back.getQos(), where);
        long left = back.getMessageExpiryInterval().orElseThrow();
        assertTrue(left > 0 && left <= 100, where + ": expires in " + left);
    }

    @Test
    void aDeviceThatAnswersWithTheCorrelationDataAloneAnswersTheSameString() throws Exception {
        Receiver answers = receiver(name + "/answers");
        try (Mqtt5Publishes requests = subscribe(name + "/requests")) {
            connection
                    .openSender("topic://" + name + "/requests")
                    .send(AdvancedMessage.create()
                            .correlationId("ID:request-1")
                            .replyTo("topic://" + name + "/answers")
                            .body("question"));
            Mqtt5Publish request = next(requests);
            device.publishWith()
                    .topic(request.getResponseTopic().orElseThrow())
                    .correlationData(request.getCorrelationData().orElseThrow())
                    .payload("answer".getBytes(UTF_8))
                    .send();
            assertEquals("ID:request-1", next(answers).correlationId());
        }
    }

    @Test
    void aSubscriberOfMqtt3GetsTheBodyAndNothingElse(BrokerUnderTest broker) throws Exception {
        MqttLink old = MqttFlavour.HIVEMQ_3_1_1.connect(broker, MqttConnect.clean("map-three"));
        try (old) {
            old.subscribe(name, 1);
            connection
                    .openSender("topic://" + name)
                    .send(AdvancedMessage.create().subject("s").property("p", 7).body("the body"));
            assertEquals("the body", old.receive().payload());
        }
    }
}
