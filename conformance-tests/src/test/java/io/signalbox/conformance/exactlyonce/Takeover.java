package io.signalbox.conformance.exactlyonce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One exchange, and two connections of its client. The first stands somewhere in the exchange when forces are held; then the
 * second takes its session over, which is seen from the first one's end; then the force ends, or the broker does, and the
 * exchange must come to its end with every message delivered exactly once. Used by one thread.
 */
final class Takeover {

    private static final int ID = 1;
    private static final int SILENCE_MILLIS = 10;

    /** What a 3.1.1 client is sent without having acknowledged any. */
    private static final int WINDOW = 256;

    private final Stand stand;
    private final String client;
    private final String other;
    private final String topic;
    private final Exchanges exchanges = new Exchanges();
    private int published;
    private Wire wire;

    /** Before forces are held. {@code name} is the name of a topic and of clients that nobody else has. */
    Takeover(InetSocketAddress broker, Stand stand, String name) throws IOException {
        this.stand = stand;
        this.topic = name;
        this.client = name + " client";
        this.other = name + " other";
        String subscriber = stand.isTowardsTheBroker() ? other : client;
        wire = Exchanges.connect(broker, subscriber, false);
        wire.subscribe(topic);
        assertEquals(0x90, wire.read().first());
        if (stand.isTowardsTheBroker()) {
            wire.close();
            wire = Exchanges.connect(broker, client, false);
            prepareToPublish();
        } else {
            publishByAnother(broker, stand == Stand.PUBLISH_DUE ? WINDOW + 1 : 1);
            prepareToReceive();
        }
    }

    private void prepareToPublish() throws IOException {
        switch (stand) {
            case PUBREC_HEARD, PUBREL_SENT -> {
                wire.publish(topic, ID, ++published, false);
                Exchanges.expect(wire, Wire.PUBREC, ID);
            }
            case IDENTIFIER_USED_AGAIN -> Exchanges.publish(wire, topic, ID, ++published);
            default -> {}
        }
    }

    private void prepareToReceive() throws IOException {
        int first = exchanges.hear(wire);
        if (stand == Stand.PUBLISH_DUE) {
            for (int i = 1; i < WINDOW; i++) exchanges.hear(wire);
        }
        assertEquals(ID, first);
        if (stand == Stand.PUBLISH_DUE || stand == Stand.PUBCOMP_SENT) exchanges.receive(wire, ID);
    }

    private void publishByAnother(InetSocketAddress broker, int count) throws IOException {
        try (Wire publisher = Exchanges.connect(broker, other, published > 0)) {
            for (int i = 0; i < count; i++) publisher.publish(topic, i + 1, ++published, false);
            for (int i = 0; i < count; i++) Exchanges.expect(publisher, Wire.PUBREC, i + 1);
            for (int i = 0; i < count; i++) publisher.acknowledge(Wire.PUBREL, i + 1);
            for (int i = 0; i < count; i++) Exchanges.expect(publisher, Wire.PUBCOMP, i + 1);
        }
    }

    /** While forces are held: the last word of the first connection. */
    void say() throws IOException {
        switch (stand) {
            case PUBLISH_SENT, IDENTIFIER_USED_AGAIN -> wire.publish(topic, ID, ++published, false);
            case PUBREL_SENT -> wire.acknowledge(Wire.PUBREL, ID);
            case PUBREC_SENT -> wire.acknowledge(Wire.PUBREC, ID);
            case PUBLISH_DUE, PUBCOMP_SENT -> wire.acknowledge(Wire.PUBCOMP, ID);
            case PUBREC_HEARD, PUBLISH_HEARD -> {}
        }
        wire.ping();
        // The broker has looked at the last word, and what it waits for is the force.
        assertEquals(Wire.PINGRESP, wire.read().first(), stand + " was answered before the force");
    }

    /** While forces are held: the second connection. */
    void takeOver(InetSocketAddress broker) throws IOException {
        verifyUnanswered();
        Wire next = new Wire(broker, client);
        assertTrue(wire.isEnded(), stand + ": the first connection was told something before the force");
        wire.close();
        wire = next;
    }

    /** Neither the last word nor, later, the second connection has been answered. */
    void verifyUnanswered() throws IOException {
        assertTrue(wire.isSilentFor(SILENCE_MILLIS), stand + " was answered before the force");
    }

    /** The force has ended: the second connection goes on. */
    void goOn() throws IOException {
        Exchanges.connected(wire, true);
        resume();
    }

    /** The broker was killed: whatever it may still say, the second connection has not heard it. */
    void lose() {
        wire.close();
    }

    /** The broker was killed: a third connection goes on with the next one. */
    void goOnWith(InetSocketAddress next) throws IOException {
        wire = Exchanges.connect(next, client, true);
        resume();
    }

    private void resume() throws IOException {
        switch (stand) {
            case PUBLISH_SENT, IDENTIFIER_USED_AGAIN -> {
                wire.publish(topic, ID, published, true);
                Exchanges.acknowledged(wire, ID);
            }
            case PUBREC_HEARD, PUBREL_SENT -> Exchanges.release(wire, ID);
            case PUBLISH_DUE, PUBLISH_HEARD, PUBREC_SENT, PUBCOMP_SENT -> {} // the broker speaks
        }
    }

    /** The identifier serves the next message, and each is delivered once, in order. */
    void verify(InetSocketAddress broker) throws IOException {
        if (stand.isTowardsTheBroker()) {
            Exchanges.publish(wire, topic, ID, ++published);
            wire.close();
            wire = Exchanges.connect(broker, other, true);
        } else {
            publishByAnother(broker, 1);
        }
        exchanges.complete(wire, published);
        List<Integer> expected = IntStream.rangeClosed(1, published).boxed().toList();
        assertEquals(expected, exchanges.delivered(), stand + ": each exactly once, in order");
    }

    /** Nothing comes again. */
    void verifyEnd() throws IOException {
        assertTrue(wire.isSilentFor(SILENCE_MILLIS), stand + ": something came after the end");
        wire.close();
    }
}
