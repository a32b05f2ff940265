package io.signalbox.conformance.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import io.signalbox.conformance.process.ProcessMemory;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * What one connection can make the broker hold: little before its login, and after it no more than a fixed sum and the largest
 * message. Each hoard has a broker process of its own, whose heap is touched at its start, so that all that grows is counted.
 */
@Tag("campaign")
@Isolated
class MemoryBoundsIT {

    /** As many as warm the code up without leaving much in the pools. */
    private static final int WARM_UP = 5;

    /** What the compiler and its code take while the broker does new work, over all connections. */
    private static final long NOISE_BYTES = 12 << 20;

    private static final String ONLY = System.getProperty("signalbox.hoard", "");

    @Test
    @Timeout(600)
    void noConnectionHoldsMoreThanItsShare() throws Exception {
        List<Hoard> hoards = new ArrayList<>(Hoard.mqtt());
        hoards.addAll(Hoard.amqp());
        List<String> failures = new ArrayList<>();
        for (Hoard hoard : hoards) {
            if (hoard.name().contains(ONLY)) measure(hoard, failures);
        }
        assertEquals(List.of(), failures);
    }

    private static void measure(Hoard hoard, List<String> failures) throws Exception {
        // The optimising compiler takes some 16 MiB whenever it meets something new.
        String[] options = {"-Xmx512m", "-Xms512m", "-XX:+AlwaysPreTouch", "-XX:TieredStopAtLevel=1"};
        BrokerProcess broker = BrokerProcess.start(BrokerOptions.fresh().withJvmOptions(options));
        List<HostilePeer> peers = new ArrayList<>();
        try {
            InetSocketAddress address = address(hoard, broker);
            strike(hoard, address, peers, WARM_UP);
            for (HostilePeer peer : peers) peer.close();
            peers.clear();
            ProcessMemory before = ProcessMemory.of(broker.pid());
            strike(hoard, address, peers, hoard.connections());
            ProcessMemory after = ProcessMemory.of(broker.pid());
            assertTrue(broker.isAlive());
            long each = Math.max(0, after.since(before) - NOISE_BYTES) / hoard.connections();
            System.out.printf(
                    Locale.ROOT,
                    "%-40s %4d of %4d connections   heap %8d B   other %8d B   limit %8d B each%n",
                    hoard,
                    peers.stream().filter(MemoryBoundsIT::isOpen).count(),
                    hoard.connections(),
                    (after.liveBytes() - before.liveBytes()) / hoard.connections(),
                    (after.anonymousBytes() - before.anonymousBytes()) / hoard.connections(),
                    hoard.mostBytes());
            if (each > hoard.mostBytes()) failures.add(hoard + ": " + each + " bytes, not " + hoard.mostBytes());
        } finally {
            for (HostilePeer peer : peers) peer.close();
            broker.stop();
            broker.close();
            BrokerProcess.deleteData(broker.dataDirectory());
        }
    }

    private static boolean isOpen(HostilePeer peer) {
        return !peer.isClosedWithin(Duration.ofMillis(5));
    }

    private static InetSocketAddress address(Hoard hoard, BrokerProcess broker) {
        if (hoard.name().startsWith("MQTT")) return broker.mqtt();
        return hoard.name().startsWith("HTTP") ? broker.http() : broker.amqp();
    }

    private static void strike(Hoard hoard, InetSocketAddress address, List<HostilePeer> peers, int count)
            throws Exception {
        for (int i = 0; i < count; i++) {
            HostilePeer peer = new HostilePeer(address);
            peers.add(peer);
            hoard.strike().on(peer);
        }
    }
}
