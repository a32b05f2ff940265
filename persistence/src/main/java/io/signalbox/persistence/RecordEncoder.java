package io.signalbox.persistence;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.broker.store.WriteBatch.TableChange;
import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.StoreId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One {@link WriteBatch} as one record of the log: measured first, so that whatever can be wrong with it is found before
 * log space is claimed, then written. The layout is {@link LogRecord}'s. Confined to one append.
 */
final class RecordEncoder implements NewRecord {

    private final WriteBatch batch;
    private final byte type;
    private final @Nullable PartList parts;
    private final Tables tables;
    private final SegmentTable segments;
    private final @Nullable Message message;
    private final Body.@Nullable Inline body;
    private final Body.@Nullable Large large;

    /** The record whose body the message has; 0 = it has its own. */
    private final long namedLsn;

    private final int bodyBytes;
    private final byte[] address;
    private final TargetTable targets;
    private final byte[][] tableNames;
    private final long contentBytes;
    private final long length;

    /** A batch in one record. */
    static RecordEncoder plain(WriteBatch batch, Tables tables, SegmentTable segments) {
        return new RecordEncoder(batch, LogRecord.TYPE_WRITE, null, tables, segments);
    }

    /** A message of a transaction, which becomes one of its parts. */
    static RecordEncoder ahead(WriteBatch batch, PartList parts, Tables tables, SegmentTable segments) {
        return new RecordEncoder(batch, LogRecord.TYPE_AHEAD, parts, tables, segments);
    }

    /** The rest of a transaction, which commits its parts. */
    static RecordEncoder commit(WriteBatch batch, PartList parts, Tables tables, SegmentTable segments) {
        return new RecordEncoder(batch, LogRecord.TYPE_WRITE, parts, tables, segments);
    }

    private RecordEncoder(WriteBatch batch, byte type, @Nullable PartList parts, Tables tables, SegmentTable segments) {
        this.batch = batch;
        this.type = type;
        this.parts = parts;
        this.tables = tables;
        this.segments = segments;
        message = batch.isPublish() ? batch.message().orElseThrow() : null;
        targets = TargetTable.of(batch);
        long bytes = LogRecord.FIXED_BYTES;
        long content = 0;
        large = message == null ? null : message.large().orElse(null);
        namedLsn = message == null ? 0 : namedLsn(message);
        body = message == null || namedLsn != 0 ? null : message.head();
        bodyBytes = bodyBytes();
        address = message == null ? new byte[0] : message.envelope().address().getBytes(StandardCharsets.UTF_8);
        if (message != null) {
            content += bodyBytes;
            bytes += LogRecord.MESSAGE_BYTES
                    + (long) targets.size() * LogRecord.TARGET_BYTES
                    + address.length
                    + bodyBytes;
        }
        bytes += (long) committed() * LogRecord.PART_BYTES;
        bytes += (long) batch.settlements() * LogRecord.SETTLEMENT_BYTES;
        bytes += (long) batch.droppedQueues().size() * LogRecord.DROP_BYTES;
        List<TableChange> changes = batch.tableChanges();
        tableNames = new byte[changes.size()][];
        for (int i = 0; i < tableNames.length; i++) {
            TableChange change = changes.get(i);
            tableNames[i] = change.table().name().getBytes(StandardCharsets.UTF_8);
            if (tableNames[i].length > Short.MAX_VALUE) {
                throw new IllegalArgumentException("table name of " + tableNames[i].length + " bytes");
            }
            int valueBytes = change.value().map(value -> value.length).orElse(0);
            content += (long) change.key().length + valueBytes;
            bytes += LogRecord.CHANGE_BYTES + (long) tableNames[i].length + change.key().length + valueBytes;
        }
        contentBytes = content;
        length = bytes;
    }

    /** A move of a move names the first, so that nobody has to go from one to the next. */
    private long namedLsn(Message named) {
        if (!(named.body() instanceof Body.Stored stored)) return 0;
        if (segments.bodies().isLarge(stored.lsn())) {
            throw new IllegalArgumentException("the body of the message at LSN " + stored.lsn() + " is large");
        }
        long before = segments.moved().holderOf(stored.lsn());
        long holderLsn = before == 0 ? stored.lsn() : before;
        if (!segments.mayHold(holderLsn)) throw new IllegalArgumentException("no segment holds LSN " + holderLsn);
        return holderLsn;
    }

    private int bodyBytes() {
        if (namedLsn != 0) return Long.BYTES;
        if (body == null) return 0;
        return body.size()
                + (large == null ? 0 : PieceTable.bytes(large.pieces().count()));
    }

    private int committed() {
        return parts == null || type == LogRecord.TYPE_AHEAD ? 0 : parts.count();
    }

    /** Bytes of bodies, keys and values: what the limit on a batch is about. */
    long contentBytes() {
        return contentBytes;
    }

    @Override
    public long alignedBytes() {
        return LogRecord.aligned(length);
    }

    @Override
    public void encode(ByteBuffer target, int at, StoreId store, long epoch, long lsn, Checksum checksum) {
        int end = at + (int) length;
        ByteBuffer out = target.duplicate().clear().position(at);
        out.putInt((int) length).putInt(0).put(type).put(messageKind()).putShort((short) 0);
        out.putInt(targets.size()).putInt(batch.settlements());
        out.putInt(batch.droppedQueues().size()).putInt(tableNames.length).putInt(committed());
        if (message != null) {
            putMessageHead(out, message);
            targets.put(out);
        }
        for (int i = 0; i < batch.settlements(); i++) {
            out.putLong(batch.settledQueueId(i)).putLong(batch.settledLsn(i));
        }
        for (long queueId : batch.droppedQueues()) out.putLong(queueId);
        if (parts != null && committed() > 0) parts.forEach(out::putLong);
        for (int i = 0; i < tableNames.length; i++)
            putChange(out, tableNames[i], batch.tableChanges().get(i));
        out.put(address);
        if (body != null) out.put(body.bytes(), body.from(), body.size());
        if (large != null) PieceTable.write(large, out);
        if (namedLsn != 0) out.putLong(namedLsn);
        if (out.position() != end) throw new IllegalStateException("record ends at " + out.position() + ", not " + end);
        while (out.position() < at + alignedBytes()) out.put((byte) 0);
        LogRecord.seal(target, at, store, epoch, lsn, checksum);
    }

    private byte messageKind() {
        if (message == null) return 0;
        if (namedLsn != 0) return LogRecord.NAMING;
        return large == null ? LogRecord.WHOLE : LogRecord.LARGE;
    }

    /** Before the range counts as filled: a checkpoint covers an LSN only if the tables hold all changes below. */
    @Override
    public void placed(long lsn) {
        if (large != null) segments.bodies().named(lsn, large.pieces(), targets.size());
        if (namedLsn != 0) {
            segments.keep(namedLsn);
            segments.moved().named(lsn, namedLsn, targets.size());
        }
        tables.apply(batch, lsn);
        if (parts == null) return;
        if (type == LogRecord.TYPE_AHEAD) parts.add(lsn, targets.size());
        else parts.committed(lsn);
    }

    private void putMessageHead(ByteBuffer out, Message message) {
        Envelope envelope = message.envelope();
        out.put(message.format().id())
                .put((byte) (envelope.durable() ? 1 : 0))
                .put((byte) envelope.priority())
                .put(envelope.marks());
        out.putInt(address.length).putInt(bodyBytes).putInt(message.body().size());
        out.putLong(envelope.expiresAtMillis()).putLong(envelope.publishedAtMillis());
    }

    private static void putChange(ByteBuffer out, byte[] tableName, TableChange change) {
        byte[] value = change.value().orElse(null);
        out.putShort((short) tableName.length);
        out.putInt(change.key().length).putInt(value == null ? LogRecord.REMOVED : value.length);
        out.put(tableName).put(change.key());
        if (value != null) out.put(value);
    }

    /** The targets of a message, sorted by queue id. */
    private record TargetTable(long[] queueIds, int[] flags) {

        static TargetTable of(WriteBatch batch) {
            int count = batch.targets();
            long[] ids = new long[count];
            for (int i = 0; i < count; i++) ids[i] = batch.targetQueueId(i);
            long[] sorted = ids.clone();
            Arrays.sort(sorted);
            for (int i = 1; i < count; i++) {
                if (sorted[i] == sorted[i - 1])
                    throw new IllegalArgumentException("queue " + sorted[i] + " named twice");
            }
            int[] flags = new int[count];
            for (int i = 0; i < count; i++) flags[Arrays.binarySearch(sorted, ids[i])] = batch.targetFlags(i);
            return new TargetTable(sorted, flags);
        }

        int size() {
            return queueIds.length;
        }

        void put(ByteBuffer out) {
            for (int i = 0; i < queueIds.length; i++) out.putLong(queueIds[i]).putInt(flags[i]);
        }
    }
}
