package io.signalbox.conformance.hostile;

import io.signalbox.conformance.hostile.Attack.Ending;
import io.signalbox.conformance.hostile.Attack.Scale;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The attacks on one protocol, in the order in which they are done. Used by one thread. */
final class AttackList {

    private static final int CROWD = 100;
    private static final Duration FLOOD = Duration.ofMillis(500);

    private final String protocol;
    private final List<Attack> attacks = new ArrayList<>();

    /** @param protocol begins the name of each */
    AttackList(String protocol) {
        this.protocol = protocol;
    }

    void add(String name, Ending ending, Attack.Strike strike) {
        add(name, Scale.ONE, ending, strike);
    }

    private void add(String name, Scale scale, Ending ending, Attack.Strike strike) {
        attacks.add(new Attack(protocol + " " + name, scale, ending, strike));
    }

    /** An attack that is these bytes and nothing more. */
    void send(String name, Ending ending, byte[]... parts) {
        byte[] bytes = Bytes.join(parts);
        add(name, ending, peer -> peer.send(bytes));
    }

    /**
     * Floods without end on many connections at once, each of which is let in before.
     *
     * @param welcome what lets one in, of a name of its own each time
     * @param bytes whole packets or frames
     */
    void crowd(String name, Supplier<byte[]> welcome, byte[] bytes) {
        add(name + " on " + CROWD + " connections", Scale.CROWD, Ending.OWN_RISK, peer -> {
            List<HostilePeer> crowd = peer.crowd(CROWD);
            for (HostilePeer one : crowd) one.send(welcome.get());
            long deadline = System.nanoTime() + FLOOD.toNanos();
            while (System.nanoTime() - deadline < 0) crowd.forEach(one -> one.flood(bytes));
        });
    }

    List<Attack> all() {
        return List.copyOf(attacks);
    }
}
