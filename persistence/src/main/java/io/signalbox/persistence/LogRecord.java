package io.signalbox.persistence;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.MessageFormats;
import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.StoreId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A record of the log, seen in a buffer: everything that one write batch makes durable.
 *
 * <pre>
 *  0 length     4 crc        8 type, message, 0, 0     12 targets   16 settlements   20 drops   24 changes   28 parts
 * 32 if it has a message (1, 2 if that is large, 3 if it names its body): format, durable, priority, marks, address bytes, body bytes,
 *                bytes of the body that it names, expires at, published at
 *    targets     (queue id, flags), sorted by queue id
 *    settlements (queue id, LSN)
 *    drops       (queue id)
 *    parts       (LSN) of the records ahead that this one commits
 *    changes     (name bytes: 2, key bytes: 4, value bytes: 4 or -1, name, key, value)
 *    address, body
 * </pre>
 *
 * The body of a large message is its head, {@link PieceTable}. A piece is a
 * record of its own, in which nothing follows the first 32 bytes but its content. In place of a body that it names a record has the LSN
 * of the record that holds it. A record that is ahead has a message and targets only, and is nothing unless another one commits it.
 *
 * A view is moved from record to record by {@link #at}; confined to the thread that made it. No length is believed before
 * the checksum is, and then each part must fit into the whole.
 */
final class LogRecord {
    static final int ALIGNMENT = 32;
    static final int FIXED_BYTES = 32;
    static final int MESSAGE_BYTES = 32;
    static final int TARGET_BYTES = 12;
    static final int SETTLEMENT_BYTES = 16;
    static final int DROP_BYTES = 8;
    static final int PART_BYTES = 8;
    static final int CHANGE_BYTES = 10;
    static final int REMOVED = -1;
    static final byte TYPE_WRITE = 1;
    static final byte TYPE_VOID = 2;
    static final byte TYPE_PIECE = 3;
    static final byte TYPE_AHEAD = 4;
    static final byte WHOLE = 1;
    static final byte LARGE = 2;
    static final byte NAMING = 3;
    private static final int CRC_FROM = 8;

    private final ByteBuffer bytes;
    private int at;
    private long lsn;
    private int length;

    LogRecord(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    static long aligned(long length) {
        return (length + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /** Computes and writes the checksum of the record at index {@code at}. */
    static void seal(ByteBuffer bytes, int at, StoreId store, long epoch, long lsn, Checksum checksum) {
        bytes.putInt(at + 4, crc(bytes, at, store, epoch, lsn, checksum));
    }

    /** The length is in the checksum by where it ends. */
    private static int crc(ByteBuffer bytes, int at, StoreId store, long epoch, long lsn, Checksum checksum) {
        return checksum.of(store, epoch, lsn, bytes.slice(at + CRC_FROM, bytes.getInt(at) - CRC_FROM));
    }

    /** A record that says nothing, over log space that was claimed but could not be filled. */
    static void writeVoid(
            ByteBuffer bytes, int at, int length, StoreId store, long epoch, long lsn, Checksum checksum) {
        bytes.putInt(at, length);
        bytes.put(at + 8, TYPE_VOID);
        seal(bytes, at, store, epoch, lsn, checksum);
    }

    /** A piece of a large body; it is not sealed yet. */
    static void writePiece(ByteBuffer bytes, int at, byte[] source, int from, int count) {
        ByteBuffer out = bytes.duplicate().clear().position(at);
        out.putInt(FIXED_BYTES + count).putInt(0).put(TYPE_PIECE);
        while (out.position() < at + FIXED_BYTES) out.put((byte) 0);
        out.put(source, from, count);
        while (out.position() < at + aligned(FIXED_BYTES + (long) count)) out.put((byte) 0);
    }

    /** Moves the view to index {@code newAt}, whose log address is {@code newLsn}. Nothing is checked yet. */
    LogRecord at(int newAt, long newLsn) {
        at = newAt;
        lsn = newLsn;
        length = bytes.getInt(newAt);
        return this;
    }

    /** Whether the record is what was written at its address and lies within {@code room} bytes. */
    boolean isIntact(int room, StoreId store, long epoch, Checksum checksum) {
        if (length < FIXED_BYTES || length > room) return false;
        if (crc(bytes, at, store, epoch, lsn, checksum) != bytes.getInt(at + 4)) return false;
        if (type() == TYPE_VOID || type() == TYPE_PIECE) return true;
        return isBatch() && partsFit();
    }

    /** Whether it is laid out as one that a batch made; others have no such parts. */
    private boolean isBatch() {
        return type() == TYPE_WRITE || type() == TYPE_AHEAD;
    }

    private boolean partsFit() {
        if (targets() < 0 || settlements() < 0 || drops() < 0 || changes() < 0 || parts() < 0) return false;
        long end = FIXED_BYTES;
        if (hasMessage()) {
            if (length < FIXED_BYTES + MESSAGE_BYTES) return false;
            if (addressBytes() < 0 || bodyBytes() < 0) return false;
            byte priority = bytes.get(messageAt() + 2);
            if (priority < 0 || priority > 9) return false;
            end += MESSAGE_BYTES + (long) targets() * TARGET_BYTES + addressBytes() + bodyBytes();
            if (isNaming() && bodyBytes() != Long.BYTES) return false;
            if (isLarge() && !PieceTable.fits(bytes, at + length, bodyBytes())) return false;
        } else if (targets() > 0) {
            return false;
        }
        end += (long) settlements() * SETTLEMENT_BYTES + (long) drops() * DROP_BYTES;
        end += (long) parts() * PART_BYTES;
        if (end > length) return false;
        long change = changesAt();
        for (int i = 0; i < changes(); i++) {
            if (change + CHANGE_BYTES > at + length) return false;
            int keyBytes = bytes.getInt((int) change + 2);
            int valueBytes = bytes.getInt((int) change + 6);
            int nameBytes = bytes.getShort((int) change);
            if (nameBytes < 0 || keyBytes < 0 || valueBytes < REMOVED) return false;
            long changeBytes = CHANGE_BYTES + (long) nameBytes + keyBytes + Math.max(0, valueBytes);
            change += changeBytes;
            end += changeBytes;
            if (end > length) return false;
        }
        return end == length;
    }

    long lsn() {
        return lsn;
    }

    int length() {
        return length;
    }

    byte type() {
        return bytes.get(at + 8);
    }

    boolean hasMessage() {
        return isBatch() && bytes.get(at + 9) != 0;
    }

    /** Whether it is nothing unless another record commits it. */
    boolean isAhead() {
        return type() == TYPE_AHEAD;
    }

    /** Whether its message's body is in another record. */
    boolean isNaming() {
        return hasMessage() && bytes.get(at + 9) == NAMING;
    }

    /** The record that holds the body. */
    long namedLsn() {
        return bytes.getLong(at + length - Long.BYTES);
    }

    /** Whether its message has a large body. */
    boolean isLarge() {
        return hasMessage() && bytes.get(at + 9) == LARGE;
    }

    /** Where the pieces of the large body are. */
    long[] pieceLsns() {
        return PieceTable.lsns(bytes, at + length);
    }

    /** The content of a piece. */
    byte[] piece() {
        return copy(at + FIXED_BYTES, length - FIXED_BYTES);
    }

    int targets() {
        return isBatch() ? bytes.getInt(at + 12) : 0;
    }

    int settlements() {
        return isBatch() ? bytes.getInt(at + 16) : 0;
    }

    int drops() {
        return isBatch() ? bytes.getInt(at + 20) : 0;
    }

    int changes() {
        return isBatch() ? bytes.getInt(at + 24) : 0;
    }

    int parts() {
        return isBatch() ? bytes.getInt(at + 28) : 0;
    }

    private int messageAt() {
        return at + FIXED_BYTES;
    }

    private int addressBytes() {
        return bytes.getInt(messageAt() + 4);
    }

    private int bodyBytes() {
        return bytes.getInt(messageAt() + 8);
    }

    private int targetsAt() {
        return at + FIXED_BYTES + (hasMessage() ? MESSAGE_BYTES : 0);
    }

    private int settlementsAt() {
        return targetsAt() + targets() * TARGET_BYTES;
    }

    private int dropsAt() {
        return settlementsAt() + settlements() * SETTLEMENT_BYTES;
    }

    private int partsAt() {
        return dropsAt() + drops() * DROP_BYTES;
    }

    private int changesAt() {
        return partsAt() + parts() * PART_BYTES;
    }

    long targetQueueId(int index) {
        return bytes.getLong(targetsAt() + index * TARGET_BYTES);
    }

    int targetFlags(int index) {
        return bytes.getInt(targetsAt() + index * TARGET_BYTES + 8);
    }

    long settledQueueId(int index) {
        return bytes.getLong(settlementsAt() + index * SETTLEMENT_BYTES);
    }

    long settledLsn(int index) {
        return bytes.getLong(settlementsAt() + index * SETTLEMENT_BYTES + 8);
    }

    long droppedQueueId(int index) {
        return bytes.getLong(dropsAt() + index * DROP_BYTES);
    }

    long partLsn(int index) {
        return bytes.getLong(partsAt() + index * PART_BYTES);
    }

    /** Receives the changes of tables. */
    interface ChangeVisitor {
        void put(String table, byte[] key, byte[] value);

        void remove(String table, byte[] key);
    }

    void forEachChange(ChangeVisitor visitor) {
        int change = changesAt();
        for (int i = 0; i < changes(); i++) {
            int nameBytes = bytes.getShort(change);
            int keyBytes = bytes.getInt(change + 2);
            int valueBytes = bytes.getInt(change + 6);
            int nameAt = change + CHANGE_BYTES;
            String table = new String(copy(nameAt, nameBytes), StandardCharsets.UTF_8);
            byte[] key = copy(nameAt + nameBytes, keyBytes);
            if (valueBytes == REMOVED) {
                visitor.remove(table, key);
            } else {
                visitor.put(table, key, copy(nameAt + nameBytes + keyBytes, valueBytes));
            }
            change = nameAt + nameBytes + keyBytes + Math.max(0, valueBytes);
        }
    }

    private byte[] copy(int from, int count) {
        byte[] copy = new byte[count];
        bytes.get(from, copy);
        return copy;
    }

    /** Its bytes as they lie in the log; a view. */
    ByteBuffer content() {
        return bytes.slice(at, length);
    }

    /** What it does, for an operator. */
    String inWords() {
        StringBuilder words = new StringBuilder(64);
        if (type() == TYPE_PIECE)
            words.append(" piece, ").append(length - FIXED_BYTES).append(" bytes");
        if (hasMessage()) {
            int addressAt = at + length - bodyBytes() - addressBytes();
            words.append(isAhead() ? " ahead of its commit, message " : " message ")
                    .append(new String(copy(addressAt, addressBytes()), StandardCharsets.UTF_8))
                    .append(", ")
                    .append(storedBytes())
                    .append(" bytes");
            if (isNaming()) words.append(" that lie at ").append(namedLsn());
            words.append(", to queues");
            for (int i = 0; i < targets(); i++) words.append(' ').append(targetQueueId(i));
        }
        for (int i = 0; i < settlements(); i++) {
            words.append(" settles ").append(settledLsn(i)).append(" of queue ").append(settledQueueId(i));
        }
        for (int i = 0; i < drops(); i++) words.append(" ends queue ").append(droppedQueueId(i));
        for (int i = 0; i < parts(); i++) words.append(" commits ").append(partLsn(i));
        forEachChange(new ChangeVisitor() {
            @Override
            public void put(String table, byte[] key, byte[] value) {
                words.append(" puts ")
                        .append(value.length)
                        .append(" bytes into ")
                        .append(table);
            }

            @Override
            public void remove(String table, byte[] key) {
                words.append(" removes from ").append(table);
            }
        });
        return words.toString();
    }

    /** The message with its body left in the log. */
    Message storedMessage(MessageFormats formats) throws StoreException {
        return message(formats, new Body.Stored(lsn, storedBytes()));
    }

    private int storedBytes() {
        return isNaming() ? bytes.getInt(messageAt() + 12) : bodyBytes();
    }

    /** The body, of a record that holds one in one row. */
    Body.Inline body() {
        return Body.Inline.of(copy(at + length - bodyBytes(), bodyBytes()));
    }

    /** The message with its body, or what is in memory of a large one, which {@code bodies} keeps. */
    Message residentMessage(MessageFormats formats, LargeBodies bodies) throws StoreException {
        int end = at + length;
        int headBytes = isLarge() ? bodyBytes() - PieceTable.bytes(bytes, end) : bodyBytes();
        Body.Inline inline = Body.Inline.of(copy(end - bodyBytes(), headBytes));
        return message(formats, isLarge() ? PieceTable.read(bytes, end, inline, bodies.holdOf(lsn)) : inline);
    }

    /** The message of a record that only names its body. */
    Message movedMessage(MessageFormats formats, Body.Inline body) throws StoreException {
        return message(formats, body);
    }

    private Message message(MessageFormats formats, Body body) throws StoreException {
        int head = messageAt();
        byte format = bytes.get(head);
        int addressAt = at + length - bodyBytes() - addressBytes();
        Envelope envelope = new Envelope(
                new String(copy(addressAt, addressBytes()), StandardCharsets.UTF_8),
                bytes.get(head + 1) != 0,
                bytes.get(head + 2),
                bytes.getLong(head + 16),
                bytes.getLong(head + 24),
                bytes.get(head + 3));
        return new Message(
                envelope,
                formats.byId(format)
                        .orElseThrow(() -> new StoreException("The message at LSN " + lsn + " was written by a protocol"
                                + " (format " + format + ") that this process was not started with.")),
                body);
    }
}
