package io.signalbox.conformance.debian;

import io.signalbox.conformance.foreign.ForeignClient;
import io.signalbox.conformance.process.BrokerUnderTest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Command lines of {@code mosquitto_pub}, {@code mosquitto_sub} and two small python3-qpid-proton programs. */
final class DebianClients {

    private static final String PYTHON = "/usr/bin/python3";
    private static final String SUBSCRIBER_SECONDS = "60";
    private static final String GOT = "got ";

    private final BrokerUnderTest broker;
    private final Path scripts;

    DebianClients(BrokerUnderTest broker, Path scripts) {
        this.broker = broker;
        this.scripts = scripts;
    }

    static void assumeMosquitto() {
        ForeignClient.MOSQUITTO.require();
    }

    static void assumeProton() {
        ForeignClient.PROTON_PYTHON.require();
    }

    /** Publishes at QoS 1, or what {@code more} says; ends once the broker has acknowledged. */
    void mosquittoPub(String topic, String payload, String... more) {
        List<String> command = new ArrayList<>(List.of("mosquitto_pub"));
        command.addAll(address(broker.mqtt()));
        command.addAll(List.of("-q", "1", "-t", topic, "-m", payload));
        command.addAll(List.of(more));
        ClientProcess.run(command);
    }

    /** A publisher of many messages, which it reads from its input; ends once the broker has acknowledged all. */
    static ClientProcess mosquittoPubAll(
            InetSocketAddress broker, String topic, List<String> payloads, String... more) {
        List<String> command = new ArrayList<>(List.of("mosquitto_pub", "-l", "-t", topic));
        command.addAll(address(broker));
        command.addAll(List.of(more));
        return ClientProcess.start(command, payloads);
    }

    private static List<String> address(InetSocketAddress broker) {
        return List.of("-h", broker.getHostString(), "-p", Integer.toString(broker.getPort()));
    }

    /** A subscriber that ends after some messages, printing topic and payload of each; subscribed when this returns. */
    ClientProcess mosquittoSub(String filter, int count, String... more) {
        return mosquittoSub(broker.mqtt(), filter, count, more);
    }

    /** The same through another address, such as a relay's. */
    static ClientProcess mosquittoSub(InetSocketAddress broker, String filter, int count, String... more) {
        List<String> command = new ArrayList<>(List.of(
                // Line by line, or the lines of a pipe are seen only at the end.
                "stdbuf", "-oL", "mosquitto_sub", "-d"));
        command.addAll(address(broker));
        command.addAll(List.of(
                "-q", "1", "-t", filter, "-C", Integer.toString(count), "-W", SUBSCRIBER_SECONDS, "-F", "got %t %p"));
        command.addAll(List.of(more));
        ClientProcess subscriber = ClientProcess.start(command);
        subscriber.awaitLine("the SUBACK", line -> line.contains("SUBACK"));
        return subscriber;
    }

    static boolean isMessage(String line) {
        return line.startsWith(GOT);
    }

    /** What a subscriber printed as "topic payload", once it has ended. */
    static List<String> received(ClientProcess subscriber) {
        return subscriber.awaitSuccess().stream()
                .filter(DebianClients::isMessage)
                .map(line -> line.substring(GOT.length()))
                .toList();
    }

    /** Sends each body as a durable message; ends once all are accepted. */
    void protonSend(String address, String... bodies) {
        List<String> command = new ArrayList<>(List.of(PYTHON, script("proton_send.py"), url(), address));
        command.addAll(List.of(bodies));
        ClientProcess.run(command);
    }

    /** A receiver that ends after some messages, printing the body of each; attached when this returns. */
    ClientProcess protonReceive(String address, int count) {
        ClientProcess receiver = ClientProcess.start(
                List.of(PYTHON, script("proton_receive.py"), url(), address, Integer.toString(count)));
        receiver.awaitLine("the attach", line -> line.equals("attached"));
        return receiver;
    }

    private String url() {
        return "amqp://127.0.0.1:" + broker.amqp().getPort();
    }

    private String script(String name) {
        Path script = scripts.resolve(name);
        if (!Files.exists(script)) {
            try (InputStream in = DebianClients.class.getResourceAsStream("/debian/" + name)) {
                if (in == null) throw new IllegalStateException("no resource debian/" + name);
                Files.copy(in, script);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return script.toString();
    }
}
