package io.signalbox.conformance.hostile;

import io.signalbox.conformance.hostile.Attack.Ending;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Does attacks, each again and again for a while on new connections, in a process of its own. A line names the port, how long in
 * milliseconds, whether it matters how it ends, and the attack; the answer is how often it was done, and what was wrong.
 */
final class Attacker implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final LineProcess process;

    /** What came of it: how often it was done, and against whom there is something to say; empty if nothing is. */
    record Report(int times, String failure) {}

    /** What is attacked. */
    enum Victim {
        /** It must end each attack as the protocol wants. */
        BROKER,
        /** However it ends. */
        ANYBODY
    }

    Attacker(LineProcess.Rank rank) {
        process = LineProcess.start(rank, Attacker.class);
    }

    static List<Attack> attacks() {
        List<Attack> attacks = new ArrayList<>(MqttAttacks.all());
        attacks.addAll(AmqpAttacks.all());
        return attacks;
    }

    /** Does it for a while. */
    Report strike(Attack attack, Victim victim, InetSocketAddress address, Duration span) {
        String line = address.getPort() + " " + span.toMillis() + " " + victim + " " + attack.name();
        String[] answer = process.ask(line).split(" ", 2);
        return new Report(Integer.parseInt(answer[0]), answer[1]);
    }

    public static void main(String[] arguments) throws Exception {
        List<Attack> attacks = attacks();
        LineProcess.serve(line -> {
            String[] words = line.split(" ", 4);
            InetSocketAddress address = new InetSocketAddress("127.0.0.1", Integer.parseInt(words[0]));
            Attack attack = attacks.stream()
                    .filter(one -> one.name().equals(words[3]))
                    .findFirst()
                    .orElseThrow();
            Report report = strikeHere(
                    attack, Victim.valueOf(words[2]), address, Duration.ofMillis(Integer.parseInt(words[1])));
            return report.times() + " " + report.failure();
        });
    }

    private static Report strikeHere(Attack attack, Victim victim, InetSocketAddress address, Duration span)
            throws IOException {
        long deadline = System.nanoTime() + span.toNanos();
        int times = 0;
        do {
            try (HostilePeer peer = new HostilePeer(address)) {
                attack.strike().on(peer);
                boolean ended = hasEnded(attack, peer);
                if (!ended && victim == Victim.BROKER) return new Report(times, "the connection stays open");
            }
            times++;
        } while (System.nanoTime() - deadline < 0);
        return new Report(times, "");
    }

    private static boolean hasEnded(Attack attack, HostilePeer peer) {
        if (attack.ending() == Ending.OWN_RISK) return true;
        if (attack.ending() == Ending.ANSWERED && peer.readUntil(PATIENCE, Attacker::saysNo)) return true;
        return peer.isClosedWithin(PATIENCE);
    }

    /** A refusal in either protocol: an MQTT SUBACK or PUBACK with 0x80 or more, an AMQP error condition. */
    private static boolean saysNo(byte[] received) {
        String text = new String(received, StandardCharsets.ISO_8859_1);
        if (text.startsWith("AMQP")) return text.contains("amqp:");
        int at = 0;
        while (at + 1 < received.length) {
            int type = (received[at] & 0xf0) >> 4;
            int length = received[at + 1] & 0x7f; // answers are short
            int end = at + 2 + length;
            if (end > received.length) return false;
            if (type == 4 && length > 2 && (received[at + 4] & 0x80) != 0) return true;
            if (type == 9 && (received[end - 1] & 0x80) != 0) return true;
            at = end;
        }
        return false;
    }

    @Override
    public void close() {
        process.close();
    }
}
