package io.signalbox.conformance.strace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.peer.AmqpFrames;
import io.signalbox.conformance.peer.AmqpPeer;
import io.signalbox.conformance.peer.DurableSender;
import io.signalbox.conformance.peer.MqttBurst;
import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import org.apache.qpid.protonj2.types.messaging.Accepted;
import org.apache.qpid.protonj2.types.transport.Transfer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A broker under strace, with a thousand MQTT and a thousand AMQP messages in flight: for every message, a force that began
 * after its log write had returned has ended before its PUBACK or disposition is written.
 */
final class ForceBeforeAnswerIT {

    private static final int MESSAGES = 1_000;
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final String CALLS = "trace=write,writev,pwrite64,pwritev,fdatasync,fsync,sendto,sendmsg,sendmmsg";

    @TempDir
    private Path scratch;

    @Test
    void everyAnswerComesAfterTheForceThatCoversItsMessage() throws Exception {
        Assumptions.assumeTrue(
                Strace.works("--seccomp-bpf", "-e", CALLS), "skipped: strace is not installed or may not trace here");
        Path trace = scratch.resolve("trace");
        BrokerOptions options = BrokerOptions.fresh()
                .onUsualJvm()
                .with("data.segment-size", "4MiB") // preallocation is in the trace too
                .through(List.of(
                        "strace",
                        "-f",
                        "-tt",
                        "-yy",
                        "-xx",
                        "-s",
                        "16777216",
                        "--seccomp-bpf",
                        "-e",
                        CALLS,
                        "-o",
                        trace.toString()));
        Run run;
        try (BrokerProcess broker = BrokerProcess.start(options)) {
            run = publish(broker);
            assertEquals(0, broker.stop(), "exit code of a clean stop");
        }
        List<SystemCall> calls = TraceReader.read(trace);
        ForceOrder order = new ForceOrder(calls, options.dataDirectory() + "/");
        Map<Long, SystemCall> pubacks = Answers.pubacks(connectionOf(calls, run.mqttPort));
        for (int i = 0; i < MESSAGES; i++) order.check(mark('M', i), answer(pubacks, i + 1, mark('M', i)));
        Map<Long, SystemCall> accepted = Answers.accepted(connectionOf(calls, run.amqpPort));
        run.amqpDeliveries.forEach((id, mark) -> order.check(mark, answer(accepted, id, mark)));
        System.out.printf(
                "force before answer: %d of %d messages proven, %d forces, in flight at most %d MQTT and %d AMQP%n",
                order.proven(), 2 * MESSAGES, order.forcesUsed(), run.mqttInFlight, run.amqpInFlight);
        assertEquals(List.of(), order.violations());
        assertEquals(2 * MESSAGES, order.proven());
        assertTrue(run.mqttInFlight + run.amqpInFlight >= MESSAGES, "too few in flight");
        BrokerProcess.deleteData(options.dataDirectory());
    }

    /** What the clients know of their run. */
    private record Run(
            int mqttPort, int mqttInFlight, int amqpPort, int amqpInFlight, Map<Long, String> amqpDeliveries) {}

    private static String mark(char protocol, int number) {
        return String.format("SB-PROOF-%c-%06d", protocol, number);
    }

    private static List<byte[]> bodies(char protocol) {
        List<byte[]> bodies = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            bodies.add((mark(protocol, i) + " some payload").getBytes(StandardCharsets.US_ASCII));
        }
        return bodies;
    }

    private static SystemCall answer(Map<Long, SystemCall> answers, long id, String mark) {
        SystemCall call = answers.get(id);
        if (call == null) throw new AssertionError("no answer to " + mark + " (" + id + ") in the trace");
        return call;
    }

    private static TracedStream connectionOf(List<SystemCall> calls, int clientPort) {
        return new TracedStream(calls, file -> file.startsWith("TCP") && file.endsWith(":" + clientPort + "]"));
    }

    private static Run publish(BrokerProcess broker) throws Exception {
        broker.control().addQueue("proof.mqtt");
        broker.control().bindQueue("proof.mqtt", "proof/#");
        broker.control().addQueue("proof.amqp");
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        try (AmqpPeer peer = AmqpPeer.connect(broker.amqp(), "proof", bytes -> append(sent, bytes));
                MqttBurst mqtt = MqttBurst.connect(broker.mqtt(), "proof")) {
            DurableSender sender = DurableSender.attach(peer, "proof.amqp");
            AtomicInteger amqpInFlight = new AtomicInteger();
            CompletableFuture<Void> amqpDone = send(peer, sender, amqpInFlight);
            int mqttInFlight = mqtt.publish("proof/burst", bodies('M'));
            Await.get("all AMQP answers", LIMIT, amqpDone);
            Map<Long, String> deliveries = new HashMap<>();
            peer.call(session -> deliveries.putAll(deliveries(sent.toByteArray())));
            return new Run(mqtt.localPort(), mqttInFlight, peer.localPort(), amqpInFlight.get(), deliveries);
        }
    }

    private static void append(ByteArrayOutputStream sent, ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        sent.writeBytes(copy);
    }

    /** Sends as credit allows, without waiting for answers; completes when all are accepted. */
    private static CompletableFuture<Void> send(AmqpPeer peer, DurableSender sender, AtomicInteger mostInFlight) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        List<byte[]> bodies = bodies('A');
        AtomicInteger next = new AtomicInteger();
        AtomicInteger answered = new AtomicInteger();
        peer.call(session -> peer.onTurn(() -> {
            while (next.get() < bodies.size() && sender.isSendable()) {
                sender.send(bodies.get(next.getAndIncrement()), outcome -> {
                    if (!(outcome instanceof Accepted))
                        done.completeExceptionally(new AssertionError("answered " + outcome));
                    if (answered.incrementAndGet() == bodies.size()) done.complete(null);
                });
                mostInFlight.accumulateAndGet(sender.inFlight(), Math::max);
            }
        }));
        return done;
    }

    /** Delivery-ids and marks of all transfers in what the peer sent. */
    private static Map<Long, String> deliveries(byte[] sent) {
        Map<Long, String> deliveries = new HashMap<>();
        AmqpFrames.read(sent, (offset, performative, payload) -> {
            if (!(performative instanceof Transfer transfer)) return;
            Matcher mark = ForceOrder.MARK.matcher(new String(payload, StandardCharsets.ISO_8859_1));
            if (!mark.find()) throw new AssertionError("a transfer without a mark: " + Arrays.toString(payload));
            deliveries.put(transfer.getDeliveryId(), mark.group());
        });
        return deliveries;
    }
}
