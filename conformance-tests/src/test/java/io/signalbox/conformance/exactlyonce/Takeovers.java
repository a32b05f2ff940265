package io.signalbox.conformance.exactlyonce;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A {@link Takeover} in every {@link Stand}, under one hold. Used by one thread. */
final class Takeovers {

    private final List<Takeover> all = new ArrayList<>();

    private Takeovers() {}

    /**
     * Holds the broker's forces and takes over.
     *
     * @param round which stand is the first to come to the log, and so in the force; the others wait behind it
     */
    static Takeovers underHold(HeldBroker broker, int round) throws IOException {
        List<Stand> stands = new ArrayList<>(List.of(Stand.values()));
        Collections.rotate(stands, round);
        Takeovers takeovers = new Takeovers();
        for (Stand stand : stands) {
            takeovers.all.add(new Takeover(broker.mqtt(), stand, "round " + round + " " + stand));
        }
        broker.hold();
        for (Takeover takeover : takeovers.all) takeover.say();
        for (Takeover takeover : takeovers.all) takeover.takeOver(broker.mqtt());
        for (Takeover takeover : takeovers.all) takeover.verifyUnanswered();
        return takeovers;
    }

    /** The forces were released: all goes on, and each message is delivered exactly once. */
    void goOn(InetSocketAddress broker) throws IOException {
        for (Takeover takeover : all) takeover.goOn();
        verify(broker);
    }

    /** The broker died under the hold. */
    void lose() {
        all.forEach(Takeover::lose);
    }

    /** The broker died under the hold: all goes on with the next one, and each message is delivered exactly once. */
    void goOnWith(InetSocketAddress next) throws IOException {
        for (Takeover takeover : all) takeover.goOnWith(next);
        verify(next);
    }

    private void verify(InetSocketAddress broker) throws IOException {
        for (Takeover takeover : all) takeover.verify(broker);
        for (Takeover takeover : all) takeover.verifyEnd();
    }
}
