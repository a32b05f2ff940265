package io.signalbox.conformance.debian;

import static io.signalbox.conformance.debian.DebianClients.received;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Debian's own clients meet through one broker; skipped where they are not installed. */
@ExtendWith(SharedBroker.class)
final class DebianClientsIT {

    private BrokerUnderTest broker;
    private DebianClients clients;
    private String name;

    @BeforeEach
    void connect(BrokerUnderTest shared, @TempDir Path scripts, TestInfo test) {
        broker = shared;
        clients = new DebianClients(shared, scripts);
        name = "debian/" + test.getTestMethod().orElseThrow().getName();
    }

    @Test
    void mosquittoPubReachesMosquittoSub() {
        DebianClients.assumeMosquitto();
        try (ClientProcess subscriber = clients.mosquittoSub(name + "/+", 2)) {
            clients.mosquittoPub(name + "/a", "first");
            clients.mosquittoPub(name + "/b", "second");
            assertEquals(List.of(name + "/a first", name + "/b second"), received(subscriber));
        }
    }

    @Test
    void mosquittoSubSpeaksMqtt5Too() {
        DebianClients.assumeMosquitto();
        try (ClientProcess subscriber = clients.mosquittoSub(name, 1, "-V", "5")) {
            clients.mosquittoPub(name, "for five");
            assertEquals(List.of(name + " for five"), received(subscriber));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqttv311", "mqttv5"})
    void everyQosPassesBetweenThem(String version) {
        DebianClients.assumeMosquitto();
        String topic = name + "/" + version;
        try (ClientProcess subscriber = clients.mosquittoSub(topic, 3, "-V", version, "-q", "2", "-F", "got %p %q")) {
            for (String qos : List.of("0", "1", "2")) clients.mosquittoPub(topic, "at", "-V", version, "-q", qos);
            assertEquals(List.of("at 0", "at 1", "at 2"), received(subscriber));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqttv311", "mqttv5"})
    void mosquittoSubFindsItsSessionAgain(String version) {
        DebianClients.assumeMosquitto();
        String topic = name + "/" + version;
        String[] keeping = {"-V", version, "-q", "2", "-c", "-i", "keeping-" + version};
        try (ClientProcess subscriber = clients.mosquittoSub(topic, 1, keeping)) {
            clients.mosquittoPub(topic, "first", "-q", "2");
            assertEquals(List.of(topic + " first"), received(subscriber));
        }
        for (String payload : List.of("second", "third", "fourth")) clients.mosquittoPub(topic, payload, "-q", "2");
        try (ClientProcess subscriber = clients.mosquittoSub(topic, 3, keeping)) {
            assertEquals(List.of(topic + " second", topic + " third", topic + " fourth"), received(subscriber));
        }
    }

    @Test
    void mosquittoSubGetsWhatMosquittoPubRetained() {
        DebianClients.assumeMosquitto();
        clients.mosquittoPub(name + "/a", "old", "-r");
        clients.mosquittoPub(name + "/a", "new", "-r");
        clients.mosquittoPub(name + "/b", "once");
        try (ClientProcess subscriber = clients.mosquittoSub(name + "/#", 1, "-F", "got %t %p %r")) {
            assertEquals(List.of(name + "/a new 1"), received(subscriber));
        }
    }

    @Test
    void twoMosquittoSubsShareASubscription() {
        DebianClients.assumeMosquitto();
        String filter = "$share/group/" + name;
        try (ClientProcess first = clients.mosquittoSub(filter, 2);
                ClientProcess second = clients.mosquittoSub(filter, 2, "-V", "5")) {
            for (String payload : List.of("1", "2", "3", "4")) clients.mosquittoPub(name, payload);
            assertEquals(List.of(name + " 1", name + " 3"), received(first));
            assertEquals(List.of(name + " 2", name + " 4"), received(second));
        }
    }

    @Test
    void mosquittoAndProtonMeetAtAQueueByName() {
        DebianClients.assumeMosquitto();
        DebianClients.assumeProton();
        String queue = name.replace('/', '.');
        clients.mosquittoPub("$queue/" + queue, "from a device");
        try (ClientProcess receiver = clients.protonReceive(queue, 1)) {
            assertEquals(List.of("attached", "from a device"), receiver.awaitSuccess());
        }
        clients.protonSend(queue, "to a device");
        try (ClientProcess subscriber = clients.mosquittoSub("$queue/" + queue, 1)) {
            assertEquals(List.of("$queue/" + queue + " to a device"), received(subscriber));
        }
        Await.until("the queue is empty", () -> broker.control().depth(queue) == 0);
    }

    @Test
    void protonSendsThroughAQueueToProton() {
        DebianClients.assumeProton();
        String queue = name.replace('/', '.');
        clients.protonSend(queue, "one", "two", "three");
        try (ClientProcess receiver = clients.protonReceive(queue, 3)) {
            assertEquals(List.of("attached", "one", "two", "three"), receiver.awaitSuccess());
        }
        Await.until("the queue is empty", () -> broker.control().depth(queue) == 0);
    }

    @Test
    void mosquittoPubReachesAnAmqpReceiverOnATopicWithAWildcard() {
        DebianClients.assumeMosquitto();
        DebianClients.assumeProton();
        try (ClientProcess receiver = clients.protonReceive("topic://" + name + "/+/temperature", 2)) {
            clients.mosquittoPub(name + "/attic/temperature", "19.5");
            clients.mosquittoPub(name + "/attic/humidity", "40");
            clients.mosquittoPub(name + "/cellar/temperature", "12");
            assertEquals(List.of("attached", "19.5", "12"), receiver.awaitSuccess());
        }
    }

    @Test
    void anAmqpSenderOnATopicReachesMosquittoSub() {
        DebianClients.assumeMosquitto();
        DebianClients.assumeProton();
        try (ClientProcess subscriber = clients.mosquittoSub(name + "/#", 2)) {
            clients.protonSend("topic://" + name + "/door", "open", "shut");
            assertEquals(List.of(name + "/door open", name + "/door shut"), received(subscriber));
        }
    }

    @Test
    void mosquittoPubReachesAnAmqpConsumerThroughABoundQueue() {
        DebianClients.assumeMosquitto();
        DebianClients.assumeProton();
        String queue = name.replace('/', '.');
        broker.control().addQueue(queue);
        broker.control().bindQueue(queue, name + "/#");
        clients.mosquittoPub(name + "/meter", "17");
        clients.mosquittoPub(name + "/meter", "18");
        try (ClientProcess receiver = clients.protonReceive(queue, 2)) {
            assertEquals(List.of("attached", "17", "18"), receiver.awaitSuccess());
        }
    }
}
