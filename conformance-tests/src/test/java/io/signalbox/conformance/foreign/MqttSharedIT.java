package io.signalbox.conformance.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Shared subscriptions with every client (MQTT 5.0 §4.8.2); clients of 3.1.1 are members as well. */
@ExtendWith(SharedBroker.class)
final class MqttSharedIT {

    private static final int MESSAGES = 60;

    private final List<MqttLink> links = new ArrayList<>();
    private BrokerUnderTest broker;
    private String test;

    @BeforeEach
    void remember(BrokerUnderTest shared, TestInfo info) {
        broker = shared;
        test = info.getTestMethod().orElseThrow().getName();
        Feature.assumeShared(broker);
    }

    @AfterEach
    void close() {
        links.forEach(MqttLink::close);
    }

    private String topic(MqttFlavour flavour) {
        return "shared/" + test + "/" + flavour;
    }

    private String group(MqttFlavour flavour) {
        return "$share/group/" + topic(flavour);
    }

    private MqttLink connect(MqttFlavour flavour, MqttConnect connect) {
        MqttLink link = flavour.connect(broker, connect);
        links.add(link);
        return link;
    }

    private String id(MqttFlavour flavour, String role) {
        return test + "-" + flavour + "-" + role;
    }

    private List<String> publish(MqttFlavour flavour, int count) {
        MqttLink publisher = connect(flavour, MqttConnect.clean(id(flavour, "publisher")));
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sent.add("m" + i);
            Await.get("the answer", publisher.publish(MqttMessage.of(topic(flavour), 1, "m" + i)));
        }
        return sent;
    }

    @ParameterizedTest
    @EnumSource
    void theMembersOfAGroupShareItsMessages(MqttFlavour flavour) {
        List<MqttLink> members = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            MqttLink member = connect(flavour, MqttConnect.clean(id(flavour, "member" + i)));
            assertEquals(1, member.subscribe(group(flavour), 1));
            members.add(member);
        }
        List<String> sent = publish(flavour, MESSAGES);
        List<String> received = new ArrayList<>();
        for (MqttLink member : members) {
            int before = received.size();
            for (Optional<MqttMessage> next = member.poll(Duration.ofSeconds(1));
                    next.isPresent();
                    next = member.poll(Duration.ofMillis(200))) {
                assertEquals(topic(flavour), next.get().topic());
                received.add(next.get().payload());
            }
            assertFalse(received.size() == before, "a member got nothing");
        }
        assertEquals(MESSAGES, received.size());
        assertEquals(new HashSet<>(sent), new HashSet<>(received));
    }

    @ParameterizedTest
    @EnumSource
    void messagesWaitForAMemberWhoseSessionIsKept(MqttFlavour flavour) {
        MqttConnect keeping = MqttConnect.keeping(id(flavour, "member"));
        MqttLink first = connect(flavour, keeping);
        first.subscribe(group(flavour), 1);
        first.disconnect();
        List<String> sent = publish(flavour, 5);
        MqttLink second = connect(flavour, keeping);
        assertEquals(sent, second.receivePayloads(5));
        second.unsubscribe(group(flavour));
        publish(flavour, 1);
        second.assertNothingMore();
    }
}
