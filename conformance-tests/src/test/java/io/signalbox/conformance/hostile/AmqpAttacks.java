package io.signalbox.conformance.hostile;

import static io.signalbox.conformance.hostile.AmqpBytes.attachSender;
import static io.signalbox.conformance.hostile.AmqpBytes.begin;
import static io.signalbox.conformance.hostile.AmqpBytes.encoded;
import static io.signalbox.conformance.hostile.AmqpBytes.flow;
import static io.signalbox.conformance.hostile.AmqpBytes.frame;
import static io.signalbox.conformance.hostile.AmqpBytes.header;
import static io.signalbox.conformance.hostile.AmqpBytes.login;
import static io.signalbox.conformance.hostile.AmqpBytes.message;
import static io.signalbox.conformance.hostile.AmqpBytes.open;
import static io.signalbox.conformance.hostile.AmqpBytes.openWithProperties;
import static io.signalbox.conformance.hostile.AmqpBytes.transfer;
import static io.signalbox.conformance.hostile.Bytes.bytes;
import static io.signalbox.conformance.hostile.Bytes.join;
import static io.signalbox.conformance.hostile.Bytes.many;

import io.signalbox.conformance.hostile.Attack.Ending;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.qpid.protonj2.types.transport.Close;
import org.apache.qpid.protonj2.types.transport.Detach;
import org.apache.qpid.protonj2.types.transport.Disposition;
import org.apache.qpid.protonj2.types.transport.End;
import org.apache.qpid.protonj2.types.transport.Role;

/** What breaks an AMQP 1.0 peer that believes what it reads: sizes, counts, nesting, ranges, storms. */
final class AmqpAttacks {

    private static final AtomicLong CONTAINERS = new AtomicLong();
    private static final Duration A_MOMENT = Duration.ofMillis(300);
    private static final String QUEUE = "/queues/hostile";

    private final AttackList list = new AttackList("AMQP");

    static List<Attack> all() {
        AmqpAttacks attacks = new AmqpAttacks();
        attacks.headers();
        attacks.frames();
        attacks.types();
        attacks.links();
        attacks.ranges();
        attacks.storms();
        return attacks.list.all();
    }

    private static String container() {
        return "hostile-" + CONTAINERS.getAndIncrement();
    }

    private void headers() {
        list.send("0-9-1 header", Ending.CLOSED, bytes('A', 'M', 'Q', 'P', 0, 0, 9, 1));
        list.send("HTTP", Ending.CLOSED, bytes('G', 'E', 'T', ' ', '/', ' ', 'H', 'T', 'T', 'P'));
        list.add("half a header", Ending.OWN_RISK, peer -> {
            peer.drip(bytes('A', 'M', 'Q'), 1);
            peer.isClosedWithin(A_MOMENT);
        });
        list.send("frame before SASL is done", Ending.CLOSED, AmqpBytes.SASL, frame(0, encoded(new End())));
        list.send("SASL init of 200 KB", Ending.CLOSED, AmqpBytes.SASL, header(200_000, 2, 1, 0), new byte[100_000]);
    }

    private void frames() {
        list.send("frame of 2 GB before open", Ending.CLOSED, login(), header(Integer.MAX_VALUE, 2, 0, 0));
        list.send("frame of 4 GB before open", Ending.CLOSED, login(), header(-1, 2, 0, 0));
        list.send("frame of 2 GB after open", Ending.ANSWERED, open(container()), header(Integer.MAX_VALUE, 2, 0, 0));
        list.send("frame of 7 bytes", Ending.ANSWERED, open(container()), header(7, 2, 0, 0));
        list.send("data offset 0", Ending.ANSWERED, open(container()), header(8, 0, 0, 0));
        list.send("data offset 1", Ending.ANSWERED, open(container()), header(8, 1, 0, 0));
        list.send("data offset behind the frame", Ending.ANSWERED, open(container()), header(8, 255, 0, 0));
        list.send("frame of an unknown type", Ending.ANSWERED, open(container()), header(8, 2, 9, 0));
        list.send("unknown performative", Ending.ANSWERED, open(container()), frame(0, bytes(0, 0x53, 0x77, 0x45)));
        list.send(
                "unknown descriptor by symbol",
                Ending.ANSWERED,
                open(container()),
                frame(0, bytes(0, 0xa3, 1, 'x', 0x45)));
        list.send(
                "performative cut short",
                Ending.ANSWERED,
                open(container()),
                frame(0, bytes(0, 0x53, 0x11, 0xc0, 200, 4)));
        list.send("no performative", Ending.ANSWERED, open(container()), frame(0, bytes(0xa1, 3, 'a', 'b', 'c')));
        list.send("channel above channel-max", Ending.ANSWERED, open(container()), begin(65_535));
    }

    private void types() {
        list.send("lists nested 2,000 deep", Ending.ANSWERED, openWithProperties(nestedLists(2000)));
        list.send("descriptors nested 4,000 deep", Ending.ANSWERED, openWithProperties(many(bytes(0), 4000)));
        list.send(
                "array of 2^31-1 elements without width",
                Ending.ANSWERED,
                openWithProperties(array(Integer.MAX_VALUE, 0x45)));
        list.send("array of 2^32-1 elements", Ending.ANSWERED, openWithProperties(array(-1, 0x71)));
        list.send("list of 2^31-1 elements", Ending.ANSWERED, openWithProperties(counted(0xd0, Integer.MAX_VALUE)));
        list.send("map of 2^31-2 elements", Ending.ANSWERED, openWithProperties(counted(0xd1, Integer.MAX_VALUE - 1)));
        list.send("map of an odd count", Ending.ANSWERED, openWithProperties(bytes(0xc1, 2, 1, 0x40)));
        list.send("string of 4 GB", Ending.ANSWERED, openWithProperties(bytes(0xb1, 0xff, 0xff, 0xff, 0xff)));
        list.send("constructor that does not exist", Ending.ANSWERED, openWithProperties(bytes(0x3f)));
        list.send(
                "message sections cut short",
                Ending.ANSWERED,
                sender(),
                transfer(0, 0, 0, false, bytes(0, 0x53, 0x73, 0xd0, 0)));
        list.send(
                "message with nested lists",
                Ending.ANSWERED,
                sender(),
                transfer(0, 0, 0, false, join(bytes(0, 0x53, 0x74), nestedLists(2000))));
    }

    private static byte[] nestedLists(int depth) {
        byte[] value = bytes(0x45);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int inner = value.length + (depth - 1) * 9;
        for (int i = 0; i < depth; i++) {
            out.writeBytes(bytes(0xd0));
            out.writeBytes(ByteBuffer.allocate(8).putInt(4 + inner).putInt(1).array());
            inner -= 9;
        }
        out.writeBytes(value);
        return out.toByteArray();
    }

    private static byte[] array(int count, int constructor) {
        return join(bytes(0xf0), ByteBuffer.allocate(8).putInt(5).putInt(count).array(), bytes(constructor));
    }

    private static byte[] counted(int constructor, int count) {
        return join(
                bytes(constructor),
                ByteBuffer.allocate(8).putInt(4).putInt(count).array());
    }

    private static byte[] sender() {
        return join(open(container()), begin(0), attachSender(0, 0, "hostile", QUEUE));
    }

    private void links() {
        // What is read between two of them may grant the next: whoever is lucky is served. FlowClausesIT has the
        // clause.
        list.add("transfers without credit", Ending.OWN_RISK, peer -> {
            peer.send(sender());
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (int i = 0; i < 5000; i++) out.writeBytes(transfer(0, 0, i, false, message(10)));
            peer.send(out.toByteArray(), A_MOMENT);
        });
        list.add("transfers beyond the window, unread", Ending.OWN_RISK, peer -> {
            peer.send(sender());
            byte[] unfinished = transfer(0, 0, 0, true, new byte[30_000]);
            for (int i = 0; i < 5000 && peer.send(unfinished, A_MOMENT); i++) {}
        });
        list.add("empty transfers without end", Ending.OWN_RISK, peer -> {
            peer.send(sender());
            byte[] empty = transfer(0, 0, 0, true, new byte[0]);
            for (int i = 0; i < 50 && peer.send(many(empty, 1000), A_MOMENT); i++) {}
            peer.isClosedWithin(A_MOMENT);
        });
        list.send(
                "delivery-ids that fall",
                Ending.ANSWERED,
                sender(),
                transfer(0, 0, 9, false, message(1)),
                transfer(0, 0, 3, false, message(1)));
        list.send(
                "transfer on a handle that is not there",
                Ending.ANSWERED,
                open(container()),
                begin(0),
                transfer(0, 7, 0, false, message(1)));
        list.send("handle 2^32-1", Ending.ANSWERED, open(container()), begin(0), attachSender(0, -1, "h", QUEUE));
        list.send("two links with one handle", Ending.ANSWERED, sender(), attachSender(0, 0, "other", QUEUE));
        list.send("session twice on a channel", Ending.ANSWERED, open(container()), begin(0), begin(0));
        list.send(
                "link name of 60,000 characters",
                Ending.ANSWERED,
                open(container()),
                begin(0),
                attachSender(0, 0, "n".repeat(60_000), QUEUE));
        list.send(
                "address of 60,000 characters",
                Ending.ANSWERED,
                open(container()),
                begin(0),
                attachSender(0, 0, "a", "/queues/" + "q".repeat(60_000)));
    }

    private void ranges() {
        list.send(
                "dispositions over 2^32 ids",
                Ending.CLOSED,
                sender(),
                many(disposition(0, -1), 10_000),
                frame(0, encoded(new Close())));
        list.send(
                "dispositions that wrap around",
                Ending.CLOSED,
                sender(),
                many(disposition(-200, 200), 10_000),
                frame(0, encoded(new Close())));
        list.send(
                "dispositions that run backwards",
                Ending.CLOSED,
                sender(),
                many(disposition(1000, 1), 10_000),
                frame(0, encoded(new Close())));
        list.send(
                "flow with a wrapped window",
                Ending.CLOSED,
                sender(),
                many(flow(-5, -1, false), 5000),
                frame(0, encoded(new Close())));
    }

    private static byte[] disposition(int first, int last) {
        Disposition disposition = new Disposition();
        disposition.setRole(Role.RECEIVER);
        disposition.setFirst(Integer.toUnsignedLong(first));
        disposition.setLast(Integer.toUnsignedLong(last));
        disposition.setSettled(true);
        return frame(0, encoded(disposition));
    }

    private void storms() {
        list.add("flows with echo, unread", Ending.OWN_RISK, peer -> {
            peer.send(join(open(container()), begin(0)));
            peer.send(many(flow(0, 100, true), 50_000), A_MOMENT);
            peer.isClosedWithin(A_MOMENT);
        });
        list.add("attach and detach", Ending.OWN_RISK, peer -> {
            Detach detach = new Detach();
            detach.setHandle(0);
            detach.setClosed(true);
            byte[] both = join(attachSender(0, 0, "storm", "/exchanges/topics/hostile"), frame(0, encoded(detach)));
            peer.send(join(open(container()), begin(0), many(both, 1000)), A_MOMENT);
            peer.isClosedWithin(A_MOMENT);
        });
        list.add("begin and end", Ending.OWN_RISK, peer -> {
            peer.send(join(open(container()), many(join(begin(0), frame(0, encoded(new End()))), 5000)), A_MOMENT);
            peer.isClosedWithin(A_MOMENT);
        });
        list.add("empty frames", Ending.CLOSED, peer -> {
            peer.send(open(container()));
            peer.send(many(header(8, 2, 0, 0), 200_000), A_MOMENT);
            peer.send(frame(0, encoded(new Close())));
        });
        list.crowd("empty frames", () -> open(container()), many(header(8, 2, 0, 0), 10_000));
        list.add("every session with every link", Ending.OWN_RISK, peer -> {
            peer.send(open(container()));
            for (int channel = 0; channel < 300; channel++) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                out.writeBytes(begin(channel));
                for (int handle = 0; handle < 8; handle++) {
                    String name = channel + "-" + handle;
                    out.writeBytes(attachSender(channel, handle, name, "/exchanges/topics/hostile"));
                }
                if (!peer.send(out.toByteArray(), A_MOMENT)) return;
            }
            peer.isClosedWithin(A_MOMENT);
        });
    }
}
