package io.signalbox.conformance.amqp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.qpid.protonj2.types.messaging.Source;
import org.apache.qpid.protonj2.types.messaging.Target;
import org.apache.qpid.protonj2.types.transport.Attach;
import org.apache.qpid.protonj2.types.transport.Begin;
import org.apache.qpid.protonj2.types.transport.DeliveryState;
import org.apache.qpid.protonj2.types.transport.Detach;
import org.apache.qpid.protonj2.types.transport.Disposition;
import org.apache.qpid.protonj2.types.transport.Flow;
import org.apache.qpid.protonj2.types.transport.Role;
import org.apache.qpid.protonj2.types.transport.Transfer;
import org.jspecify.annotations.Nullable;

/** The frames that most tests begin with; a test changes in one what it is about. */
final class Frames {

    private static final int WINDOW = 1000;

    private Frames() {}

    static Begin begin() {
        return new Begin().setNextOutgoingId(0).setIncomingWindow(WINDOW).setOutgoingWindow(WINDOW);
    }

    static Attach sender(int handle, @Nullable String address) {
        return new Attach()
                .setName("s" + handle)
                .setHandle(handle)
                .setRole(Role.SENDER)
                .setSource(new Source())
                .setTarget(new Target().setAddress(address))
                .setInitialDeliveryCount(0);
    }

    static Attach receiver(int handle, @Nullable String address) {
        return new Attach()
                .setName("r" + handle)
                .setHandle(handle)
                .setRole(Role.RECEIVER)
                .setSource(new Source().setAddress(address))
                .setTarget(new Target());
    }

    static Detach detach(int handle) {
        return new Detach().setHandle(handle).setClosed(true);
    }

    static Flow sessionFlow() {
        return new Flow()
                .setNextIncomingId(0)
                .setIncomingWindow(WINDOW)
                .setNextOutgoingId(0)
                .setOutgoingWindow(WINDOW);
    }

    static Flow flow(int handle, int deliveryCount, int credit) {
        return sessionFlow().setHandle(handle).setDeliveryCount(deliveryCount).setLinkCredit(credit);
    }

    static Transfer transfer(int handle, int deliveryId) {
        byte[] tag = ByteBuffer.allocate(4).putInt(deliveryId).array();
        return new Transfer()
                .setHandle(handle)
                .setDeliveryId(deliveryId)
                .setDeliveryTag(tag)
                .setMessageFormat(0);
    }

    static Disposition settled(int first, int last, @Nullable DeliveryState state) {
        return new Disposition()
                .setRole(Role.RECEIVER)
                .setFirst(first)
                .setLast(last)
                .setSettled(true)
                .setState(state);
    }

    /** A message with a short text as its value, and no header. */
    static byte[] text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer out = ByteBuffer.allocate(5 + bytes.length);
        out.put(FramePeer.hex("005377a1")).put((byte) bytes.length);
        out.put(bytes);
        return out.array();
    }
}
