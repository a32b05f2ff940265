package io.signalbox.conformance.exactlyonce;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Publishes numbers from 1 on with QoS 2, as fast as it is answered, in turn with eight packet identifiers. */
final class Qos2Publisher implements Role {

    static final String CLIENT_ID = "exactly-once-publisher";
    private static final int PACKET_IDS = 8;

    private final String topic;
    private final StateFile state;
    private final Exchange[] exchanges = new Exchange[PACKET_IDS + 1];
    private volatile Aim aim = Aim.NONE;
    private volatile boolean finishing;
    private volatile int published;
    private volatile int open;

    private enum Step {
        PUBLISHED(Gap.PUBLISH_PUBREC),
        RECEIVED(Gap.PUBREC_PUBREL),
        RELEASED(Gap.PUBREL_PUBCOMP),
        COMPLETED(Gap.PUBCOMP_NEXT_USE);

        final Gap follows;

        Step(Gap follows) {
            this.follows = follows;
        }
    }

    private static final class Exchange {
        Step step = Step.COMPLETED;
        int number;
        boolean held;
    }

    /** A client that knows what is in the file. */
    Qos2Publisher(Path file, String topic) {
        this.topic = topic;
        state = new StateFile(file);
        for (int id = 1; id <= PACKET_IDS; id++) exchanges[id] = new Exchange();
        for (String line : state.lines()) {
            String[] words = line.split(" ", -1);
            Exchange exchange = exchanges[Integer.parseInt(words[1])];
            exchange.step = Step.valueOf(words[0]);
            exchange.number = Integer.parseInt(words[2]);
            published = Math.max(published, exchange.number);
        }
        count();
    }

    @Override
    public String clientId() {
        return CLIENT_ID;
    }

    /** MQTT-4.4.0-1, MQTT-4.6.0-1. */
    @Override
    public void onConnected(Wire wire, boolean sessionPresent) throws IOException {
        if (!sessionPresent && published > 0) throw new AssertionError("the publisher's session is gone");
        for (int id : inOrder()) {
            Exchange exchange = exchanges[id];
            if (aim == Aim.NONE) exchange.held = false;
            if (exchange.held) continue;
            switch (exchange.step) {
                case PUBLISHED -> wire.publish(topic, id, exchange.number, true);
                case RECEIVED, RELEASED -> release(wire, id);
                case COMPLETED -> {}
            }
        }
        publishMore(wire);
    }

    private List<Integer> inOrder() {
        List<Integer> ids = new ArrayList<>();
        for (int id = 1; id <= PACKET_IDS; id++) ids.add(id);
        ids.sort(Comparator.comparingInt(id -> exchanges[id].number));
        return ids;
    }

    private void publishMore(Wire wire) throws IOException {
        for (int id = 1; id <= PACKET_IDS && !finishing; id++) {
            Exchange exchange = exchanges[id];
            if (exchange.step != Step.COMPLETED || exchange.held) continue;
            exchange.number = published + 1;
            step(id, Step.PUBLISHED);
            published = exchange.number;
            wire.publish(topic, id, exchange.number, false);
            if (aim.holds(Gap.PUBLISH_PUBREC)) return;
        }
    }

    private void step(int id, Step next) throws IOException {
        state.append(next + " " + id + " " + exchanges[id].number);
        exchanges[id].step = next;
        count();
    }

    private void count() {
        int waiting = 0;
        for (int id = 1; id <= PACKET_IDS; id++) {
            if (exchanges[id].step != Step.COMPLETED) waiting++;
        }
        open = waiting;
    }

    @Override
    public void onPacket(Wire wire, Wire.Packet packet) throws IOException {
        int id = packet.packetId();
        Exchange exchange = exchanges[id];
        switch (packet.first()) {
            case Wire.PUBREC -> {
                if (exchange.step == Step.COMPLETED) throw new AssertionError("PUBREC for the free identifier " + id);
                if (exchange.step == Step.PUBLISHED) step(id, Step.RECEIVED);
                if (exchange.held || aim.holds(Gap.PUBREC_PUBREL)) {
                    exchange.held = true;
                } else {
                    release(wire, id);
                }
            }
            case Wire.PUBCOMP -> {
                if (exchange.step == Step.RELEASED) step(id, Step.COMPLETED);
                exchange.held = aim.holds(Gap.PUBCOMP_NEXT_USE);
            }
            default -> throw new AssertionError("the publisher got " + packet);
        }
        publishMore(wire);
    }

    private void release(Wire wire, int id) throws IOException {
        if (exchanges[id].step != Step.RELEASED) step(id, Step.RELEASED);
        wire.acknowledge(Wire.PUBREL, id);
        aim.holds(Gap.PUBREL_PUBCOMP);
    }

    @Override
    public void aim(Aim next) {
        aim = next;
    }

    @Override
    public Aim aim() {
        return aim;
    }

    @Override
    public boolean isIn(Gap gap) {
        for (int id = 1; id <= PACKET_IDS; id++) {
            if (exchanges[id].number > 0 && exchanges[id].step.follows == gap) return true;
        }
        return false;
    }

    @Override
    public void die() {
        state.die();
    }

    /** Publishes nothing new. Any thread. */
    void finish() {
        finishing = true;
    }

    /** Whether every exchange has come to its end. Any thread. */
    boolean isFinished() {
        return finishing && open == 0;
    }

    /** The highest number. Any thread. */
    int published() {
        return published;
    }
}
