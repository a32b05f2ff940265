package io.signalbox.conformance.amqp;

import io.signalbox.conformance.process.BrokerUnderTest;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.apache.qpid.protonj2.buffer.ProtonBuffer;
import org.apache.qpid.protonj2.buffer.ProtonBufferAllocator;
import org.apache.qpid.protonj2.codec.CodecFactory;
import org.apache.qpid.protonj2.codec.Decoder;
import org.apache.qpid.protonj2.codec.Encoder;
import org.apache.qpid.protonj2.types.Symbol;
import org.apache.qpid.protonj2.types.messaging.Source;
import org.apache.qpid.protonj2.types.messaging.Target;
import org.apache.qpid.protonj2.types.security.SaslInit;
import org.apache.qpid.protonj2.types.security.SaslMechanisms;
import org.apache.qpid.protonj2.types.security.SaslOutcome;
import org.apache.qpid.protonj2.types.transport.Attach;
import org.apache.qpid.protonj2.types.transport.Begin;
import org.apache.qpid.protonj2.types.transport.Close;
import org.apache.qpid.protonj2.types.transport.Detach;
import org.apache.qpid.protonj2.types.transport.End;
import org.apache.qpid.protonj2.types.transport.ErrorCondition;
import org.apache.qpid.protonj2.types.transport.Flow;
import org.apache.qpid.protonj2.types.transport.Open;
import org.apache.qpid.protonj2.types.transport.Role;
import org.jspecify.annotations.Nullable;

/** One blocking socket that sends what a test says and reads frame by frame, with a codec that is not the broker's. */
final class FramePeer implements AutoCloseable {

    static final String AMQP = "414d515000010000";
    static final String SASL = "414d515003010000";

    private static final int TYPE_AMQP = 0;
    private static final int TYPE_SASL = 1;

    private final Socket socket;
    private final DataInputStream in;
    private final String container;
    private final Encoder encoder = CodecFactory.getDefaultEncoder();
    private final Encoder saslEncoder = CodecFactory.getDefaultSaslEncoder();
    private final Decoder decoder = CodecFactory.getDefaultDecoder();
    private final Decoder saslDecoder = CodecFactory.getDefaultSaslDecoder();
    private byte[] frame = {};
    private byte[] payload = {};

    private FramePeer(Socket socket, String container) throws IOException {
        this.socket = socket;
        this.container = container;
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
    }

    /** A socket on which nothing has been said. */
    static FramePeer connect(BrokerUnderTest broker) {
        return connect(broker, "frames");
    }

    static FramePeer connect(BrokerUnderTest broker, String container) {
        try {
            return new FramePeer(
                    new Socket(broker.amqp().getAddress(), broker.amqp().getPort()), container);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Anonymous, opened, with a session on channel 0. */
    static FramePeer begun(BrokerUnderTest broker) {
        return connect(broker).open().begin(0);
    }

    // ---- what is sent

    FramePeer sendBytes(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    FramePeer sendHex(String hex) {
        return sendBytes(hex(hex));
    }

    static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    FramePeer send(int channel, Object performative) {
        return send(channel, performative, new byte[0]);
    }

    FramePeer send(int channel, Object performative, byte[] content) {
        return sendBytes(frame(channel, performative, content));
    }

    /** An AMQP frame, to be sent together with others. */
    byte[] frame(int channel, Object performative, byte[] content) {
        return frame(encoder, TYPE_AMQP, channel, performative, content);
    }

    private static byte[] frame(Encoder encoder, int type, int channel, Object performative, byte[] content) {
        ProtonBuffer buffer = ProtonBufferAllocator.defaultAllocator().allocate(512);
        encoder.writeObject(buffer, encoder.newEncoderState(), performative);
        byte[] body = new byte[buffer.getReadableBytes()];
        buffer.readBytes(body, 0, body.length);
        ByteBuffer out = ByteBuffer.allocate(8 + body.length + content.length);
        out.putInt(out.capacity()).put((byte) 2).put((byte) type).putShort((short) channel);
        out.put(body).put(content);
        return out.array();
    }

    /** Both sides' SASL headers, the broker's mechanisms, and our choice. */
    FramePeer login(String mechanism, byte[] response) {
        sendHex(SASL);
        if (!SASL.equals(readHeader())) throw new AssertionError("no SASL header");
        expect(SaslMechanisms.class);
        return sendBytes(init(mechanism, response));
    }

    byte[] init(String mechanism, byte[] response) {
        SaslInit init = new SaslInit().setMechanism(Symbol.valueOf(mechanism));
        init.setInitialResponse(ProtonBufferAllocator.defaultAllocator().copy(response));
        return frame(saslEncoder, TYPE_SASL, 0, init, new byte[0]);
    }

    /** Anonymous; what comes next is our open. */
    FramePeer loggedIn() {
        login("ANONYMOUS", new byte[0]).expect(SaslOutcome.class);
        sendHex(AMQP);
        if (!AMQP.equals(readHeader())) throw new AssertionError("no AMQP header");
        return this;
    }

    Open openFrame() {
        return new Open().setContainerId(container);
    }

    FramePeer open() {
        return open(openFrame());
    }

    FramePeer open(Open open) {
        loggedIn().send(0, open).expect(Open.class);
        return this;
    }

    FramePeer begin(int channel) {
        send(channel, Frames.begin()).expect(Begin.class);
        return this;
    }

    /** Attaches a sender on channel 0 and waits for its credit. */
    FramePeer sender(int handle, String address) {
        attach(Frames.sender(handle, address)).expect(Flow.class);
        return this;
    }

    /** Attaches a receiver on channel 0 and gives credit. */
    FramePeer receiver(int handle, String address, int credit) {
        attach(Frames.receiver(handle, address));
        return send(0, Frames.flow(handle, 0, credit));
    }

    /** Attaches on channel 0 and is not refused. */
    FramePeer attach(Attach attach) {
        Attach answer = send(0, attach).expect(Attach.class);
        boolean refused =
                attach.getRole() == Role.SENDER ? answer.<Target>getTarget() == null : answer.getSource() == null;
        if (refused) throw new AssertionError("refused: " + next());
        return this;
    }

    Source attachedSource(Attach attach) {
        return send(0, attach).expect(Attach.class).getSource();
    }

    // ---- what comes

    String readHeader() {
        try {
            return HexFormat.of().formatHex(in.readNBytes(8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next frame's performative, which is of this class. Signs of life are passed over. */
    <T> T expect(Class<T> performative) {
        Object next = next();
        if (!performative.isInstance(next)) throw new AssertionError("expected " + performative + ", got " + next);
        return performative.cast(next);
    }

    Object next() {
        byte[] read = nextRaw();
        while (read.length == 8) read = nextRaw();
        ProtonBuffer body = ProtonBufferAllocator.defaultAllocator().copy(read, 8, read.length - 8);
        Decoder codec = read[5] == TYPE_SASL ? saslDecoder : decoder;
        Object performative = codec.readObject(body, codec.newDecoderState());
        payload = new byte[body.getReadableBytes()];
        body.readBytes(payload, 0, payload.length);
        return performative;
    }

    /** The next frame with its header, as it came. */
    byte[] nextRaw() {
        try {
            int size = in.readInt();
            frame = new byte[size];
            ByteBuffer.wrap(frame).putInt(size);
            in.readFully(frame, 4, size - 4);
            return frame;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The frame that came last. */
    byte[] lastFrame() {
        return frame;
    }

    int lastChannel() {
        return ByteBuffer.wrap(frame).getShort(6);
    }

    /** What followed the performative that came last. */
    byte[] payload() {
        return payload;
    }

    /** The text of the message that came last; it has nothing but header and amqp-value. */
    String text() {
        String all = new String(payload, StandardCharsets.ISO_8859_1);
        return all.substring(all.indexOf("\u0000Sw\u00a1") + 5);
    }

    ErrorCondition expectClose() {
        return said(expect(Close.class).getError());
    }

    ErrorCondition expectEnd() {
        return said(expect(End.class).getError());
    }

    ErrorCondition expectDetach() {
        Detach detach = expect(Detach.class);
        if (!detach.getClosed()) throw new AssertionError("a detach with an error that does not close");
        return said(detach.getError());
    }

    /** AMQP 1.0 §2.8.14: an error has a condition; the sentence is what this broker adds. */
    private static ErrorCondition said(@Nullable ErrorCondition error) {
        if (error == null) throw new AssertionError("it ended without an error");
        if (error.getDescription() == null) throw new AssertionError("no sentence with " + error.getCondition());
        return error;
    }

    /** Nothing has come that was not read: the next frame is the answer to a flow that asks for one. */
    FramePeer expectNothingMore(int channel) {
        send(channel, Frames.sessionFlow().setEcho(true));
        Object next = next();
        if (next instanceof Flow flow && !flow.hasHandle()) return this;
        throw new AssertionError("something came: " + next);
    }

    /** Everything up to the end of the stream, which must be an orderly one. */
    byte[] readToEnd() {
        try {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            in.transferTo(all);
            return all.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int localPort() {
        return socket.getLocalPort();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
