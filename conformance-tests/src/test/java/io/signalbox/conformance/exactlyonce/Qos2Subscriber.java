package io.signalbox.conformance.exactlyonce;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Receives numbers with QoS 2: what its file says was delivered is what its application has had. */
final class Qos2Subscriber implements Role {

    static final String CLIENT_ID = "exactly-once-subscriber";
    private static final String DELIVERED = "DELIVERED";
    private static final String RELEASED = "RELEASED";
    private static final int SUBACK = 0x90;

    private final String filter;
    private final StateFile state;

    /** Delivered and not released: the number by packet identifier. */
    private final Map<Integer, Integer> received = new HashMap<>();

    private final List<Integer> delivered = new ArrayList<>();
    private volatile Aim aim = Aim.NONE;
    private volatile int deliveries;
    private volatile int open;
    private volatile boolean subscribed;
    private boolean standsInAim;

    /** The identifier whose next packet is held back, 0 = none. */
    private int heldId;

    /** A client that knows what is in the file. */
    Qos2Subscriber(Path file, String filter) {
        this.filter = filter;
        state = new StateFile(file);
        for (String line : state.lines()) {
            String[] words = line.split(" ", -1);
            int id = Integer.parseInt(words[1]);
            if (words[0].equals(RELEASED)) {
                received.remove(id);
            } else {
                received.put(id, Integer.parseInt(words[2]));
                delivered.add(Integer.parseInt(words[2]));
            }
        }
        count();
    }

    private void count() {
        deliveries = delivered.size();
        open = received.size();
    }

    @Override
    public String clientId() {
        return CLIENT_ID;
    }

    @Override
    public void onConnected(Wire wire, boolean sessionPresent) throws IOException {
        if (!sessionPresent && deliveries > 0) throw new AssertionError("the subscriber's session is gone");
        if (aim == Aim.NONE) {
            standsInAim = false;
            heldId = 0;
        }
        if (sessionPresent) {
            subscribed = true;
        } else {
            wire.subscribe(filter);
        }
    }

    @Override
    public void onPacket(Wire wire, Wire.Packet packet) throws IOException {
        int id = packet.packetId();
        if (packet.isPublish()) {
            onPublish(wire, packet);
        } else if (packet.first() == Wire.PUBREL) {
            if (received.containsKey(id)) {
                state.append(RELEASED + " " + id);
                received.remove(id);
                count();
            }
            if (holdsBack(Gap.PUBREL_PUBCOMP, id)) return;
            wire.acknowledge(Wire.PUBCOMP, id);
            stands(Gap.PUBCOMP_NEXT_USE);
        } else if (packet.first() == SUBACK) {
            subscribed = true;
        } else {
            throw new AssertionError("the subscriber got " + packet);
        }
    }

    private void onPublish(Wire wire, Wire.Packet packet) throws IOException {
        int id = packet.packetId();
        Integer known = received.get(id);
        if (known == null) {
            state.append(DELIVERED + " " + id + " " + packet.number());
            received.put(id, packet.number());
            delivered.add(packet.number());
            count();
        } else if (known != packet.number()) {
            throw new AssertionError(id + " stood for " + known + ", and now for " + packet.number());
        }
        if (holdsBack(Gap.PUBLISH_PUBREC, id)) return;
        wire.acknowledge(Wire.PUBREC, id);
        stands(Gap.PUBREC_PUBREL);
    }

    private boolean holdsBack(Gap gap, int id) {
        if (stands(gap)) heldId = id;
        return heldId == id;
    }

    private boolean stands(Gap gap) {
        boolean holds = aim.holds(gap);
        standsInAim |= holds;
        return holds;
    }

    @Override
    public void aim(Aim next) {
        aim = next;
    }

    @Override
    public Aim aim() {
        return aim;
    }

    /** PUBREC has left for all that was not released, but for one that stands before it. */
    @Override
    public boolean isIn(Gap gap) {
        if (standsInAim && aim.gap() == gap) return true;
        return gap == Gap.PUBREC_PUBREL && received.size() > (received.containsKey(heldId) ? 1 : 0);
    }

    @Override
    public void die() {
        state.die();
    }

    /** Whether what is published now comes to it. Any thread. */
    boolean isSubscribed() {
        return subscribed;
    }

    /** How many numbers it has had. Any thread. */
    int deliveries() {
        return deliveries;
    }

    /** Whether every exchange has come to its end. Any thread. */
    boolean isFinished() {
        return open == 0;
    }

    /** All numbers in the order of their delivery. After the client's end. */
    List<Integer> delivered() {
        return delivered;
    }
}
