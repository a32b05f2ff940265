package io.signalbox.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.StateTable;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.broker.store.WriteBatch.TableChange;
import io.signalbox.mqtt.codec.Packet;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How the wills of sessions that outlive their connections are kept in the store (§3.1.2.5): one table, keyed by virtual host,
 * client identifier and a number that no other will has, with a NUL between. Thread-safe.
 */
final class WillTable {

    private static final byte LAYOUT = 1;
    private static final String SEPARATOR = "\0";
    private static final int RETAIN = 0x04;
    private static final int QOS = 0x03;

    private final StateTable wills;
    private final String prefix;
    private final AtomicLong nextNumber;

    /** A will as it is stored, and under which key. */
    record StoredWill(byte[] key, Packet.Will will) {}

    WillTable(MessageStore store, String virtualHost, InstantSource clock) {
        this.wills = store.table("mqtt.wills");
        this.prefix = virtualHost + SEPARATOR;
        this.nextNumber = new AtomicLong(clock.millis() << 20); // a life makes fewer in a millisecond
    }

    /** A key for a new will of this client. */
    byte[] newKey(String clientId) {
        return utf8(prefix + clientId + SEPARATOR + Long.toString(nextNumber.getAndIncrement(), 36));
    }

    void put(WriteBatch batch, byte[] key, Packet.Will will) {
        ByteBuf value = Unpooled.buffer(64);
        value.writeByte(LAYOUT);
        value.writeByte(will.qos() | (will.retain() ? RETAIN : 0));
        value.writeLong(will.delaySeconds());
        value.writeLong(will.expirySeconds());
        value.writeShort(ByteBufUtil.utf8Bytes(will.topic()));
        value.writeBytes(utf8(will.topic()));
        value.writeBytes(will.body().bytes(), will.body().from(), will.body().size());
        batch.put(wills, key, ByteBufUtil.getBytes(value));
    }

    void remove(WriteBatch batch, byte[] key) {
        batch.remove(wills, key);
    }

    /** The end of a will, for the record of the message that it becomes. */
    TableChange removal(byte[] key) {
        return TableChange.remove(wills, key);
    }

    /** All wills of this virtual host by client identifier, as an earlier life left them. */
    Map<String, List<StoredWill>> read() {
        Map<String, List<StoredWill>> read = new HashMap<>();
        wills.forEach((key, value) -> {
            String[] names = new String(key, StandardCharsets.UTF_8).split(SEPARATOR, -1);
            if (!(names[0] + SEPARATOR).equals(prefix)) return;
            read.computeIfAbsent(names[1], client -> new ArrayList<>(1)).add(new StoredWill(key, will(value)));
        });
        return read;
    }

    private static Packet.Will will(byte[] value) {
        ByteBuf in = Unpooled.wrappedBuffer(value);
        byte layout = in.readByte();
        if (layout != LAYOUT) throw new IllegalStateException("a will is stored in layout " + layout);
        int flags = in.readByte();
        long delaySeconds = in.readLong();
        long expirySeconds = in.readLong();
        String topic = in.readCharSequence(in.readUnsignedShort(), StandardCharsets.UTF_8)
                .toString();
        Body.Inline body = new Body.Inline(value, in.readerIndex(), value.length);
        return new Packet.Will(topic, flags & QOS, (flags & RETAIN) != 0, delaySeconds, expirySeconds, body);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
