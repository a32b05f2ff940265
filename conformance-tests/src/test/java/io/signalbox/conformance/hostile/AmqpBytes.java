package io.signalbox.conformance.hostile;

import static io.signalbox.conformance.hostile.Bytes.bytes;
import static io.signalbox.conformance.hostile.Bytes.join;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.qpid.protonj2.buffer.ProtonBuffer;
import org.apache.qpid.protonj2.buffer.ProtonBufferAllocator;
import org.apache.qpid.protonj2.codec.CodecFactory;
import org.apache.qpid.protonj2.codec.Encoder;
import org.apache.qpid.protonj2.types.Binary;
import org.apache.qpid.protonj2.types.messaging.Data;
import org.apache.qpid.protonj2.types.messaging.Source;
import org.apache.qpid.protonj2.types.messaging.Target;
import org.apache.qpid.protonj2.types.transport.Attach;
import org.apache.qpid.protonj2.types.transport.Begin;
import org.apache.qpid.protonj2.types.transport.Flow;
import org.apache.qpid.protonj2.types.transport.Open;
import org.apache.qpid.protonj2.types.transport.Role;
import org.apache.qpid.protonj2.types.transport.Transfer;

/** AMQP frames from their parts, right or wrong (AMQP 1.0 §2.3). */
final class AmqpBytes {

    static final byte[] SASL = bytes('A', 'M', 'Q', 'P', 3, 1, 0, 0);
    static final byte[] AMQP = bytes('A', 'M', 'Q', 'P', 0, 1, 0, 0);

    private AmqpBytes() {}

    static byte[] encoded(Object value) {
        ProtonBuffer buffer = ProtonBufferAllocator.defaultAllocator().allocate(256);
        Encoder encoder = CodecFactory.getDefaultEncoder();
        encoder.writeObject(buffer, encoder.newEncoderState(), value);
        byte[] encoded = new byte[buffer.getReadableBytes()];
        buffer.readBytes(encoded, 0, encoded.length);
        return encoded;
    }

    /** A frame whose header is right. */
    static byte[] frame(int channel, byte[]... parts) {
        byte[] content = join(parts);
        return join(header(8 + content.length, 2, 0, channel), content);
    }

    static byte[] header(int size, int dataOffset, int type, int channel) {
        return ByteBuffer.allocate(8)
                .putInt(size)
                .put((byte) dataOffset)
                .put((byte) type)
                .putShort((short) channel)
                .array();
    }

    /** Both headers and an anonymous login, in one burst. */
    static byte[] login() {
        byte[] mechanism = "ANONYMOUS".getBytes(StandardCharsets.US_ASCII);
        byte[] content = join(bytes(0, 0x53, 0x41, 0xc0, 3 + mechanism.length, 1, 0xa3, mechanism.length), mechanism);
        return join(SASL, header(8 + content.length, 2, 1, 0), content, AMQP);
    }

    /** A login, and an open with a container of its own. */
    static byte[] open(String container) {
        Open open = new Open();
        open.setContainerId(container);
        return join(login(), frame(0, encoded(open)));
    }

    static byte[] begin(int channel) {
        Begin begin = new Begin();
        begin.setNextOutgoingId(0);
        begin.setIncomingWindow(1000);
        begin.setOutgoingWindow(1000);
        return frame(channel, encoded(begin));
    }

    static byte[] attachSender(int channel, int handle, String name, String address) {
        return attach(channel, handle, name, Role.SENDER, address);
    }

    static byte[] attach(int channel, int handle, String name, Role role, String address) {
        Attach attach = new Attach();
        attach.setName(name);
        attach.setHandle(handle);
        attach.setRole(role);
        if (role == Role.SENDER) attach.setInitialDeliveryCount(0);
        Source source = new Source();
        Target target = new Target();
        if (role == Role.RECEIVER) source.setAddress(address);
        else target.setAddress(address);
        attach.setSource(source);
        attach.setTarget(target);
        return frame(channel, encoded(attach));
    }

    static byte[] transfer(int channel, int handle, int deliveryId, boolean more, byte[] payload) {
        Transfer transfer = new Transfer();
        transfer.setHandle(handle);
        transfer.setDeliveryId(Integer.toUnsignedLong(deliveryId));
        transfer.setDeliveryTag(ByteBuffer.allocate(4).putInt(deliveryId).array());
        transfer.setMessageFormat(0);
        transfer.setMore(more);
        return frame(channel, encoded(transfer), payload);
    }

    static byte[] flow(int nextIncoming, int window, boolean echo) {
        Flow flow = new Flow();
        flow.setNextIncomingId(Integer.toUnsignedLong(nextIncoming));
        flow.setIncomingWindow(Integer.toUnsignedLong(window));
        flow.setNextOutgoingId(0);
        flow.setOutgoingWindow(1000);
        flow.setEcho(echo);
        return frame(0, encoded(flow));
    }

    static byte[] message(int bodyBytes) {
        return encoded(new Data(new Binary(new byte[bodyBytes])));
    }

    /** An open whose properties are these bytes, whatever they are. */
    static byte[] openWithProperties(byte[] properties) {
        byte[] container = "hostile".getBytes(StandardCharsets.UTF_8);
        byte[] nulls = bytes(0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40);
        byte[] fields = join(bytes(0xa1, container.length), container, nulls, properties);
        byte[] list = join(
                bytes(0xd0),
                ByteBuffer.allocate(8).putInt(4 + fields.length).putInt(10).array(),
                fields);
        return join(login(), frame(0, bytes(0, 0x53, 0x10), list));
    }
}
