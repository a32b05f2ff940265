package io.signalbox.conformance.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Shared subscriptions with every client (MQTT 5.0 §4.8.2); clients of 3.1.1 are members as well. */
@ExtendWith(SharedBroker.class)
final class MqttSharedIT {

    private static final int MESSAGES = 60;

    @RegisterExtension
    final MqttLinks links = new MqttLinks("shared");

    @BeforeEach
    void meet(BrokerUnderTest shared) {
        links.meet(shared);
        Feature.assumeShared(shared);
    }

    private String group(MqttFlavour flavour) {
        return "$share/group/" + links.topic(flavour);
    }

    private List<String> publish(MqttFlavour flavour, int count) {
        MqttLink publisher = links.clean(flavour, "publisher");
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sent.add("m" + i);
            publisher.publishAnswered(MqttMessage.of(links.topic(flavour), 1, "m" + i));
        }
        return sent;
    }

    @ParameterizedTest
    @EnumSource
    void theMembersOfAGroupShareItsMessages(MqttFlavour flavour) {
        List<MqttLink> members = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            MqttLink member = links.clean(flavour, "member" + i);
            assertEquals(1, member.subscribe(group(flavour), 1));
            members.add(member);
        }
        List<String> sent = publish(flavour, MESSAGES);
        List<String> received = new ArrayList<>();
        Set<MqttLink> served = new HashSet<>();
        Await.until("every message at one of the members", () -> {
            for (MqttLink member : members) {
                for (Optional<MqttMessage> next = member.poll(Duration.ofMillis(5));
                        next.isPresent();
                        next = member.poll(Duration.ofMillis(5))) {
                    assertEquals(links.topic(flavour), next.get().topic());
                    received.add(next.get().payload());
                    served.add(member);
                }
            }
            return received.size() >= MESSAGES;
        });
        members.forEach(MqttLink::assertNothingMore);
        assertEquals(Set.copyOf(members), served, "a member got nothing");
        assertEquals(MESSAGES, received.size());
        assertEquals(new HashSet<>(sent), new HashSet<>(received));
    }

    @ParameterizedTest
    @EnumSource
    void messagesWaitForAMemberWhoseSessionIsKept(MqttFlavour flavour) {
        MqttLink first = links.keeping(flavour, "member");
        first.subscribe(group(flavour), 1);
        first.disconnect();
        List<String> sent = publish(flavour, 5);
        MqttLink second = links.keeping(flavour, "member");
        assertEquals(sent, second.receivePayloads(5));
        second.unsubscribe(group(flavour));
        publish(flavour, 1);
        second.assertNothingMore();
    }
}
