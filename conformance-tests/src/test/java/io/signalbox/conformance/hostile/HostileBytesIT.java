package io.signalbox.conformance.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.hostile.Attack.Ending;
import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every attack on a real broker, again and again on new connections, while probes on other connections measure. Each ends as
 * the protocol wants it to; the broker serves on; and nobody else is made to wait. One event loop is hit by all attacks of one
 * moment, and the probes are on all loops, so that a loop turn that takes long is a message that came late.
 */
class HostileBytesIT {

    private static final Duration SPAN = Duration.ofMillis(Integer.getInteger("signalbox.attackMillis", 400));
    private static final Duration ALONE = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    /** Part of the names of the attacks to do; all of them if nothing is said. */
    private static final String ONLY = System.getProperty("signalbox.attack", "");

    private static final int PER_SECOND = 1000;

    /** What a busy test machine adds to the tail by itself; a loop that is held for long is far beyond it. */
    private static final double LONGEST_MILLIS = 400;

    private final List<String> table = new ArrayList<>();

    @Test
    @Timeout(240)
    void everyAttackEndsAsItShouldAndNobodyElseWaits() throws Exception {
        BrokerProcess broker = BrokerProcess.start(BrokerOptions.fresh().withJvmOptions("-Xmx256m"));
        List<Attack> attacks = new ArrayList<>(MqttAttacks.all());
        attacks.addAll(AmqpAttacks.all());
        attacks.removeIf(attack -> !attack.name().contains(ONLY));
        List<String> failures = new ArrayList<>();
        try (Probe one = new Probe(broker.mqtt(), "one", PER_SECOND / 2);
                Probe two = new Probe(broker.mqtt(), "two", PER_SECOND / 2)) {
            one.during(ALONE); // until the code is warm
            LongTurns turns = new LongTurns(broker.http());
            one.begin();
            row("alone", 0, one, two.during(ALONE));
            for (Attack attack : attacks) {
                InetSocketAddress address = attack.name().startsWith("MQTT") ? broker.mqtt() : broker.amqp();
                two.begin();
                one.begin();
                int times = strike(attack, address, failures);
                Probe.Latencies latencies = two.end();
                row(attack.name(), times, one, latencies);
                failures.addAll(turns.since(attack.name()));
                double worst = Math.max(latencies.millis(1), one.end().millis(1));
                if (worst > LONGEST_MILLIS) failures.add(attack + ": others waited for " + worst + " ms");
            }
            assertTrue(broker.isAlive());
            table.add(turns.summary());
        } finally {
            table.forEach(System.out::println);
            broker.stop();
            broker.close();
            BrokerProcess.deleteData(broker.dataDirectory());
        }
        assertEquals(List.of(), failures);
        assertEquals(List.of(), mistakes(broker), "the broker has made mistakes");
    }

    private void row(String name, int times, Probe one, Probe.Latencies two) {
        Probe.Latencies other = one.end();
        table.add(String.format(
                Locale.ROOT,
                "%-44s %6d times   p50 %6.2f ms   p99 %6.2f ms   longest %7.2f ms",
                name,
                times,
                Math.max(other.millis(0.5), two.millis(0.5)),
                Math.max(other.millis(0.99), two.millis(0.99)),
                Math.max(other.millis(1), two.millis(1))));
    }

    /** Does it for a while; how often. */
    private static int strike(Attack attack, InetSocketAddress address, List<String> failures) throws IOException {
        long deadline = System.nanoTime() + SPAN.toNanos();
        int times = 0;
        do {
            try (HostilePeer peer = new HostilePeer(address)) {
                attack.strike().on(peer);
                String failure = check(attack, peer);
                if (!failure.isEmpty()) {
                    failures.add(attack + ": " + failure);
                    return times;
                }
            }
            times++;
        } while (System.nanoTime() - deadline < 0);
        return times;
    }

    private static String check(Attack attack, HostilePeer peer) {
        if (attack.ending() == Ending.OWN_RISK) return "";
        if (attack.ending() == Ending.ANSWERED && peer.readUntil(PATIENCE, HostileBytesIT::saysNo)) return "";
        return peer.isClosedWithin(PATIENCE) ? "" : "the connection stays open";
    }

    /** A refusal in either protocol: an MQTT SUBACK or PUBACK with 0x80 or more, an AMQP error condition. */
    private static boolean saysNo(byte[] received) {
        String text = new String(received, java.nio.charset.StandardCharsets.ISO_8859_1);
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

    /** Lines in which the broker speaks of a mistake of its own. */
    private static List<String> mistakes(BrokerProcess broker) {
        return broker.output().lines().stream()
                .filter(line -> line.contains("ERROR") || line.contains("_broken") || line.contains("Exception"))
                .toList();
    }
}
