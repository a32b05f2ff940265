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
    private final Tables tables;
    private final LargeBodies bodies;
    private final @Nullable Message message;
    private final Body.@Nullable Inline body;
    private final Body.@Nullable Large large;
    private final int bodyBytes;
    private final byte[] address;
    private final TargetTable targets;
    private final byte[][] tableNames;
    private final long contentBytes;
    private final long length;

    RecordEncoder(WriteBatch batch, Tables tables, LargeBodies bodies) {
        this.batch = batch;
        this.tables = tables;
        this.bodies = bodies;
        message = batch.isPublish() ? batch.message().orElseThrow() : null;
        targets = TargetTable.of(batch);
        long bytes = LogRecord.FIXED_BYTES;
        long content = 0;
        if (message == null) {
            body = null;
            large = null;
            bodyBytes = 0;
            address = new byte[0];
        } else {
            body = message.head();
            large = message.large().orElse(null);
            bodyBytes = body.size()
                    + (large == null ? 0 : PieceTable.bytes(large.pieces().count()));
            address = message.envelope().address().getBytes(StandardCharsets.UTF_8);
            content += bodyBytes;
            bytes += LogRecord.MESSAGE_BYTES
                    + (long) targets.size() * LogRecord.TARGET_BYTES
                    + address.length
                    + bodyBytes;
        }
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
        out.putInt((int) length)
                .putInt(0)
                .put(LogRecord.TYPE_WRITE)
                .put(messageKind())
                .putShort((short) 0);
        out.putInt(targets.size()).putInt(batch.settlements());
        out.putInt(batch.droppedQueues().size()).putInt(tableNames.length).putInt(0);
        if (message != null && body != null) {
            putMessageHead(out, message);
            targets.put(out);
        }
        for (int i = 0; i < batch.settlements(); i++) {
            out.putLong(batch.settledQueueId(i)).putLong(batch.settledLsn(i));
        }
        for (long queueId : batch.droppedQueues()) out.putLong(queueId);
        for (int i = 0; i < tableNames.length; i++)
            putChange(out, tableNames[i], batch.tableChanges().get(i));
        out.put(address);
        if (body != null) out.put(body.bytes(), body.from(), body.size());
        if (large != null) PieceTable.write(large, out);
        if (out.position() != end) throw new IllegalStateException("record ends at " + out.position() + ", not " + end);
        while (out.position() < at + alignedBytes()) out.put((byte) 0);
        LogRecord.seal(target, at, store, epoch, lsn, checksum);
    }

    private byte messageKind() {
        if (message == null) return 0;
        return large == null ? LogRecord.WHOLE : LogRecord.LARGE;
    }

    /** Before the range counts as filled: a checkpoint covers an LSN only if the tables hold all changes below. */
    @Override
    public void placed(long lsn) {
        if (large != null) bodies.named(lsn, large.pieces(), targets.size());
        tables.apply(batch, lsn);
    }

    private void putMessageHead(ByteBuffer out, Message message) {
        Envelope envelope = message.envelope();
        out.put(message.format().id())
                .put((byte) (envelope.durable() ? 1 : 0))
                .put((byte) envelope.priority())
                .put(envelope.marks());
        out.putInt(address.length).putInt(bodyBytes).putInt(0);
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
