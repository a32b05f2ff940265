package io.signalbox.broker.queue;

import io.signalbox.broker.store.Pages;
import io.signalbox.broker.store.WriteBatch.TableChange;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** What the rules want done; carried out by the queue that owns them. */
interface QueueEffects {
    /** How the queue was declared. */
    QueueSettings settings();

    void deliver(Delivery delivery);

    /** The entry with this LSN has ended; the log is told. 0 = it was in memory only. */
    void settle(long lsn);

    /** The log need not keep these entries, which ended with the queue, once {@code lsn} is durable. */
    void forget(long lsn, Consumer<LongConsumer> dead);

    /** Change these tables in the record of the settlements made now. */
    void change(List<TableChange> changes);

    /** Tell the subscription when everything settled so far is durable. */
    void confirm(Subscription subscription, long token);

    /** Bring these entries' bodies into memory; {@link QueueState#loaded} follows. */
    void load(List<Entry> entries);

    /** What has room beside the heap. */
    Pages pages();

    /** Bring this chunk into memory; {@link ColdChunks#came} follows. */
    void fetch(PageLoad.Wanted chunk);

    /** Wake the queue at this time, in place of one told before; {@link QueueState#wake} follows. {@link Long#MAX_VALUE} = never. */
    void wakeAt(long millis);

    /** From now on this is the queue's only consumer; null if there is none or there are several. */
    void consumedBy(@Nullable Subscription only);

    void drained(Subscription subscription);

    void deleted(Subscription subscription);
}
