package io.signalbox.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.StateTable;
import io.signalbox.broker.store.WriteBatch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How sessions and their subscriptions are kept in the store (§4.1): one table each, keyed by virtual host, client
 * identifier and filter with a NUL between, which none of them can contain. Thread-safe.
 */
final class SessionTables {

    private static final byte LAYOUT = 1;

    /** A session's since it has an owner; what was stored before belongs to nobody in particular. */
    private static final byte LAYOUT_WITH_OWNER = 2;

    private static final String SEPARATOR = "\0";

    private final StateTable sessions;
    private final StateTable subscriptions;
    private final PacketTable packets;
    private final String prefix;

    /**
     * A session as it is stored.
     *
     * @param owner the user it belongs to; empty if nobody in particular
     * @param queueName empty while it has no queue
     * @param disconnectedAtMillis {@link #CONNECTED} if the client was there when this was written
     */
    record StoredSession(
            String clientId,
            String owner,
            String queueName,
            long expirySeconds,
            long disconnectedAtMillis,
            List<SessionSubscription> subscriptions) {

        static final long CONNECTED = 0;
    }

    SessionTables(MessageStore store, String virtualHost) {
        this.sessions = store.table("mqtt.sessions");
        this.subscriptions = store.table("mqtt.subscriptions");
        this.packets = new PacketTable(store, virtualHost);
        this.prefix = virtualHost + SEPARATOR;
    }

    PacketTable packets() {
        return packets;
    }

    void put(WriteBatch batch, MqttSession session, long disconnectedAtMillis) {
        byte[] owner = utf8(session.owner());
        ByteBuf value = Unpooled.buffer(32);
        value.writeByte(LAYOUT_WITH_OWNER);
        value.writeShort(owner.length).writeBytes(owner);
        value.writeInt((int) session.expirySeconds());
        value.writeLong(disconnectedAtMillis);
        value.writeBytes(utf8(session.queueName()));
        batch.put(sessions, sessionKey(session.clientId()), bytes(value));
    }

    void putSubscription(WriteBatch batch, String clientId, SessionSubscription subscription) {
        ByteBuf value = Unpooled.buffer(8);
        value.writeByte(LAYOUT);
        int options = subscription.qos();
        if (subscription.noLocal()) options |= 0x04;
        if (subscription.retainAsPublished()) options |= 0x08;
        value.writeByte(options);
        value.writeInt(subscription.identifier());
        batch.put(subscriptions, subscriptionKey(clientId, subscription.filter()), bytes(value));
    }

    void removeSubscription(WriteBatch batch, String clientId, String filter) {
        batch.remove(subscriptions, subscriptionKey(clientId, filter));
    }

    /** Takes a session and all its subscriptions out. */
    void remove(WriteBatch batch, String clientId, Iterable<SessionSubscription> subscribed) {
        batch.remove(sessions, sessionKey(clientId));
        for (SessionSubscription subscription : subscribed) removeSubscription(batch, clientId, subscription.filter());
    }

    /** All sessions of this virtual host, as an earlier life left them. */
    List<StoredSession> read() {
        Map<String, List<SessionSubscription>> subscribed = new HashMap<>();
        subscriptions.forEach((key, value) -> {
            String[] names = new String(key, StandardCharsets.UTF_8).split(SEPARATOR, -1);
            if (!(names[0] + SEPARATOR).equals(prefix)) return;
            subscribed.computeIfAbsent(names[1], client -> new ArrayList<>()).add(subscription(names[2], value));
        });
        List<StoredSession> read = new ArrayList<>();
        sessions.forEach((key, value) -> {
            String[] names = new String(key, StandardCharsets.UTF_8).split(SEPARATOR, -1);
            if (!(names[0] + SEPARATOR).equals(prefix)) return;
            ByteBuf in = Unpooled.wrappedBuffer(value);
            String owner = owner(in);
            long expirySeconds = in.readUnsignedInt();
            long disconnectedAtMillis = in.readLong();
            String queueName = in.toString(StandardCharsets.UTF_8);
            read.add(new StoredSession(
                    names[1],
                    owner,
                    queueName,
                    expirySeconds,
                    disconnectedAtMillis,
                    subscribed.getOrDefault(names[1], List.of())));
        });
        return read;
    }

    private static String owner(ByteBuf in) {
        byte layout = in.readByte();
        if (layout == LAYOUT) return "";
        if (layout != LAYOUT_WITH_OWNER) throw unknownLayout(layout);
        return in.readCharSequence(in.readUnsignedShort(), StandardCharsets.UTF_8)
                .toString();
    }

    private static SessionSubscription subscription(String filter, byte[] value) {
        ByteBuf in = layout(value);
        int options = in.readByte();
        return new SessionSubscription(
                filter, options & 0x03, (options & 0x04) != 0, (options & 0x08) != 0, in.readInt());
    }

    private static ByteBuf layout(byte[] value) {
        ByteBuf in = Unpooled.wrappedBuffer(value);
        byte layout = in.readByte();
        if (layout != LAYOUT) throw unknownLayout(layout);
        return in;
    }

    private static IllegalStateException unknownLayout(byte layout) {
        return new IllegalStateException("a session is stored in layout " + layout);
    }

    private byte[] sessionKey(String clientId) {
        return utf8(prefix + clientId);
    }

    private byte[] subscriptionKey(String clientId, String filter) {
        return utf8(prefix + clientId + SEPARATOR + filter);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(ByteBuf value) {
        byte[] bytes = new byte[value.readableBytes()];
        value.readBytes(bytes);
        return bytes;
    }
}
