package io.signalbox.amqp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.security.SaslInit;
import org.apache.qpid.proton.amqp.security.SaslMechanisms;
import org.apache.qpid.proton.amqp.security.SaslOutcome;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;

/** A peer made of one blocking socket, for tests that read like the wire: what is sent, what comes back. */
final class TestPeer implements AutoCloseable {

    private final Socket socket;
    private final DataInputStream in;

    /** Channel, type and payload of the frame that {@link #expect} returned last. */
    int channel;

    int type;
    byte[] payload = {};

    TestPeer(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
    }

    TestPeer sendBytes(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    TestPeer sendHex(String hex) throws IOException {
        return sendBytes(Hex.bytes(hex));
    }

    TestPeer send(int onChannel, Object performative) throws IOException {
        return sendBytes(frame(FrameReader.TYPE_AMQP, onChannel, performative, new byte[0]));
    }

    TestPeer send(int onChannel, Object performative, byte[] content) throws IOException {
        return sendBytes(frame(FrameReader.TYPE_AMQP, onChannel, performative, content));
    }

    static byte[] frame(int type, int channel, Object performative, byte[] content) {
        ByteBuf out = Unpooled.buffer();
        out.writeInt(0).writeByte(2).writeByte(type).writeShort(channel);
        PerformativeCodec.ofThread().encode(performative, new ByteBufSink(out));
        out.writeBytes(content);
        out.setInt(0, out.writerIndex());
        return Arrays.copyOf(out.array(), out.writerIndex());
    }

    /** Nothing more is sent. */
    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    long readHeader() throws IOException {
        return in.readLong();
    }

    /** The next frame's performative, which is of this class. Heartbeats are skipped. */
    <T> T expect(Class<T> performative) throws IOException {
        Object next = next();
        if (!performative.isInstance(next)) throw new AssertionError("expected " + performative + ", got " + next);
        return performative.cast(next);
    }

    /** The next frame's performative. */
    Object next() throws IOException {
        while (true) {
            int size = in.readInt();
            byte[] rest = new byte[size - 4];
            in.readFully(rest);
            if (rest.length == 4) continue;
            int from = (rest[0] & 0xff) * 4 - 4;
            type = rest[1];
            channel = BigEndian.ushortAt(rest, 2);
            try {
                int end = TypeWalk.skip(rest, from, rest.length);
                payload = Arrays.copyOfRange(rest, end, rest.length);
                return PerformativeCodec.ofThread().decode(rest, from, end);
            } catch (Refusal e) {
                throw new AssertionError(e.sentence() + " in " + Hex.text(rest), e);
            }
        }
    }

    /** Reads one raw frame with its header; an empty one has eight bytes. */
    byte[] nextRaw() throws IOException {
        int size = in.readInt();
        byte[] frame = new byte[size];
        java.nio.ByteBuffer.wrap(frame).putInt(0, size);
        in.readFully(frame, 4, size - 4);
        return frame;
    }

    /** Nothing more comes and the socket ends. */
    void expectEnd() throws IOException {
        try {
            int next = in.read();
            if (next >= 0) throw new AssertionError("the socket did not end: " + next);
        } catch (EOFException | SocketException expected) {
            // an end by reset is an end too
        }
    }

    /** Nothing comes for a moment. */
    void expectSilence(int millis) throws IOException {
        socket.setSoTimeout(millis);
        try {
            throw new AssertionError("something came: " + next());
        } catch (java.net.SocketTimeoutException expected) {
            socket.setSoTimeout(10_000);
        }
    }

    TestPeer login(String mechanism, String response) throws IOException {
        sendHex("414d5150 03010000");
        if (readHeader() != ProtocolHeader.SASL) throw new AssertionError("no SASL header");
        expect(SaslMechanisms.class);
        return sendBytes(init(mechanism, response));
    }

    static byte[] init(String mechanism, String response) {
        SaslInit init = new SaslInit();
        init.setMechanism(Symbol.valueOf(mechanism));
        if (response != null) init.setInitialResponse(new Binary(response.getBytes(StandardCharsets.UTF_8)));
        return frame(FrameReader.TYPE_SASL, 0, init, new byte[0]);
    }

    static Open openFrame() {
        Open open = new Open();
        open.setContainerId("peer");
        return open;
    }

    /** Anonymous, opened. */
    TestPeer open() throws IOException {
        return open(openFrame());
    }

    TestPeer open(Open open) throws IOException {
        login("ANONYMOUS", null);
        expect(SaslOutcome.class);
        sendHex("414d5150 00010000");
        if (readHeader() != ProtocolHeader.AMQP) throw new AssertionError("no AMQP header");
        send(0, open);
        expect(Open.class);
        return this;
    }

    /** As the container of this name. */
    TestPeer open(String container) throws IOException {
        Open open = new Open();
        open.setContainerId(container);
        return open(open);
    }

    TestPeer begin(int onChannel) throws IOException {
        return begin(onChannel, 1000);
    }

    TestPeer begin(int onChannel, int incomingWindow) throws IOException {
        Begin begin = new Begin();
        begin.setNextOutgoingId(UnsignedInteger.ZERO);
        begin.setIncomingWindow(UnsignedInteger.valueOf(incomingWindow));
        begin.setOutgoingWindow(UnsignedInteger.valueOf(1000));
        send(onChannel, begin);
        Begin answer = expect(Begin.class);
        if (answer.getRemoteChannel().intValue() != onChannel) throw new AssertionError("wrong channel " + answer);
        return this;
    }

    static Attach sender(String name, int handle, String address) {
        Attach attach = new Attach();
        attach.setName(name);
        attach.setHandle(UnsignedInteger.valueOf(handle));
        attach.setRole(Role.SENDER);
        attach.setSource(new Source());
        Target target = new Target();
        target.setAddress(address);
        attach.setTarget(target);
        attach.setInitialDeliveryCount(UnsignedInteger.ZERO);
        return attach;
    }

    static Attach receiver(String name, int handle, String address) {
        Attach attach = new Attach();
        attach.setName(name);
        attach.setHandle(UnsignedInteger.valueOf(handle));
        attach.setRole(Role.RECEIVER);
        Source source = new Source();
        source.setAddress(address);
        attach.setSource(source);
        attach.setTarget(new Target());
        return attach;
    }

    /** Attaches a sender on channel 0 and waits for its credit. */
    TestPeer attachSender(int handle, String address) throws IOException {
        send(0, sender("s" + handle, handle, address));
        Attach answer = expect(Attach.class);
        if (answer.getTarget() == null) throw new AssertionError("refused: " + next());
        expect(Flow.class);
        return this;
    }

    /** Attaches a receiver on channel 0 and gives credit. */
    TestPeer attachReceiver(int handle, String address, int credit) throws IOException {
        send(0, receiver("r" + handle, handle, address));
        Attach answer = expect(Attach.class);
        if (answer.getSource() == null) throw new AssertionError("refused: " + next());
        return send(0, flow(handle, 0, credit));
    }

    /** Sends the same message many times, settled, within the credit and the window it is given. */
    TestPeer sendSettled(int handle, int messages, java.util.function.IntFunction<byte[]> content) throws IOException {
        int limit = 1000;
        for (int i = 0; i < messages; i++) {
            while (i >= limit) {
                Flow flow = expect(Flow.class);
                if (flow.getHandle() == null) continue;
                int byWindow = flow.getNextIncomingId().intValue()
                        + flow.getIncomingWindow().intValue();
                limit = Math.min(
                        byWindow,
                        flow.getDeliveryCount().intValue()
                                + flow.getLinkCredit().intValue());
            }
            Transfer transfer = transfer(handle, i);
            transfer.setSettled(true);
            send(0, transfer, content.apply(i));
        }
        return this;
    }

    static Detach detachFrame(int handle, boolean closed) {
        Detach detach = new Detach();
        detach.setHandle(UnsignedInteger.valueOf(handle));
        detach.setClosed(closed);
        return detach;
    }

    /** Detaches on channel 0; the answer. */
    Detach detach(int handle, boolean closed) throws IOException {
        return send(0, detachFrame(handle, closed)).expect(Detach.class);
    }

    /** An attach without a terminus, and a detach that says why. */
    void expectRefusal(Symbol condition) throws IOException {
        Attach answer = expect(Attach.class);
        if (answer.getSource() != null || answer.getTarget() != null) throw new AssertionError("attached: " + answer);
        expectDetach(condition);
    }

    /** A detach with an error, which always closes and has a sentence. */
    void expectDetach(Symbol condition) throws IOException {
        Detach detach = expect(Detach.class);
        ErrorCondition error = detach.getError();
        if (!detach.getClosed()
                || error == null
                || error.getDescription() == null
                || !condition.equals(error.getCondition())) {
            throw new AssertionError("expected " + condition + ", got " + detach);
        }
    }

    static Flow flow(int handle, int deliveryCount, int credit) {
        Flow flow = new Flow();
        flow.setNextIncomingId(UnsignedInteger.ZERO);
        flow.setIncomingWindow(UnsignedInteger.valueOf(1000));
        flow.setNextOutgoingId(UnsignedInteger.ZERO);
        flow.setOutgoingWindow(UnsignedInteger.valueOf(1000));
        flow.setHandle(UnsignedInteger.valueOf(handle));
        flow.setDeliveryCount(UnsignedInteger.valueOf(deliveryCount));
        flow.setLinkCredit(UnsignedInteger.valueOf(credit));
        return flow;
    }

    static Transfer transfer(int handle, int deliveryId) {
        Transfer transfer = new Transfer();
        transfer.setHandle(UnsignedInteger.valueOf(handle));
        transfer.setDeliveryId(UnsignedInteger.valueOf(deliveryId));
        transfer.setDeliveryTag(new Binary(new byte[] {(byte) deliveryId}));
        return transfer;
    }

    /** A message: durable, with a text. */
    static byte[] durable(String text) {
        ByteBuf out = Unpooled.buffer();
        out.writeBytes(new MessageHeader(true, 4, MessageHeader.NO_TTL, false, 0).encode());
        PerformativeCodec.ofThread().encode(new AmqpValue(text), new ByteBufSink(out));
        return Arrays.copyOf(out.array(), out.writerIndex());
    }

    /** The text of the message that came last. */
    String text() {
        StringBuilder text = new StringBuilder();
        try {
            AmqpMessages.forEachSection(payload, 0, payload.length, (code, from, valueFrom, to) -> {
                if (code != AmqpMessages.AMQP_VALUE) return;
                AmqpValue value = (AmqpValue) PerformativeCodec.ofThread().decode(payload, from, to);
                text.append(value.getValue());
            });
        } catch (Refusal e) {
            throw new AssertionError(e.sentence(), e);
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
