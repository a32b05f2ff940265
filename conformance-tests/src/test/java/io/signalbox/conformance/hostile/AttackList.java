package io.signalbox.conformance.hostile;

import io.signalbox.conformance.hostile.Attack.Ending;
import java.util.ArrayList;
import java.util.List;

/** The attacks on one protocol, in the order in which they are done. Used by one thread. */
final class AttackList {

    private final String protocol;
    private final List<Attack> attacks = new ArrayList<>();

    /** @param protocol begins the name of each */
    AttackList(String protocol) {
        this.protocol = protocol;
    }

    void add(String name, Ending ending, Attack.Strike strike) {
        attacks.add(new Attack(protocol + " " + name, ending, strike));
    }

    /** An attack that is these bytes and nothing more. */
    void send(String name, Ending ending, byte[]... parts) {
        byte[] bytes = Bytes.join(parts);
        add(name, ending, peer -> peer.send(bytes));
    }

    List<Attack> all() {
        return List.copyOf(attacks);
    }
}
