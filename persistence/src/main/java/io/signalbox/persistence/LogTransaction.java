package io.signalbox.persistence;

import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.Transaction;
import io.signalbox.broker.store.WriteBatch;

/**
 * A transaction in the log: its messages are records that say to be ahead of a commit, and the record of the commit names them,
 * beside all that is settled and changed. So it is one batch whose messages lie elsewhere, and no record has to say to whom it
 * belongs. Confined to one thread at a time.
 */
final class LogTransaction implements Transaction {

    private final MessageStore store;
    private final Appends appends;
    private final Tables tables;
    private final PartList parts = new PartList();
    private final WriteBatch ahead = new WriteBatch();
    private final WriteBatch rest = new WriteBatch();
    private long bytes;

    /** About what the commit takes, without the names of the parts; each addition is rounded up. */
    private long restBytes;

    private long restContentBytes;
    private boolean awaited;
    private boolean ended;

    LogTransaction(MessageStore store, Appends appends, Tables tables) {
        this.store = store;
        this.appends = appends;
        this.tables = tables;
    }

    @Override
    public long add(WriteBatch batch) {
        checkOpen();
        if (appends.log().isStopped()) return MessageStore.FAILED;
        WriteBatch withoutMessage = new WriteBatch();
        withoutMessage.addRest(batch);
        RecordEncoder more = RecordEncoder.plain(withoutMessage, tables, segments());
        checkCommit(more);
        long lsn = batch.isPublish() ? addMessage(batch) : 0;
        if (lsn < 0) return lsn;
        rest.addRest(batch);
        restBytes += more.alignedBytes();
        restContentBytes += more.contentBytes();
        awaited |= !batch.isLazy();
        return lsn;
    }

    /** The commit grows by what is added, and has to be taken in the end. */
    private void checkCommit(RecordEncoder more) {
        long commitBytes = restBytes + more.alignedBytes() + Long.BYTES * (parts.count() + 1L);
        appends.checkSize(restContentBytes + more.contentBytes(), commitBytes);
    }

    private SegmentTable segments() {
        return appends.log().segments();
    }

    private long addMessage(WriteBatch batch) {
        ahead.clear();
        ahead.message(batch.message().orElseThrow()).lazy();
        for (int i = 0; i < batch.targets(); i++) ahead.enqueueTo(batch.targetQueueId(i), batch.targetFlags(i));
        RecordEncoder record = RecordEncoder.ahead(ahead, parts, tables, segments());
        if (parts.count() == 0) appends.log().openParts().add(parts);
        long lsn = appends.append(ahead, record);
        if (lsn < 0) return lsn;
        batch.enqueuedAt(lsn);
        bytes += record.alignedBytes();
        return lsn;
    }

    private void checkOpen() {
        if (ended) throw new IllegalStateException("the transaction has ended");
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public long commit() {
        checkOpen();
        if (parts.count() == 0 && rest.isEmpty()) {
            ended = true;
            return 0;
        }
        if (!awaited) rest.lazy();
        long lsn = appends.append(rest, RecordEncoder.commit(rest, parts, tables, segments()));
        ended = lsn > 0;
        return lsn;
    }

    @Override
    public void abandon() {
        checkOpen();
        ended = true;
        int count = parts.count();
        appends.log().openParts().abandoned(parts);
        if (count > 0) store.forget(0, parts.lsn(count - 1), parts::forEachEntry);
    }
}
