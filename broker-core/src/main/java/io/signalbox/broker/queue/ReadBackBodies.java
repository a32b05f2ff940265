package io.signalbox.broker.queue;

import io.signalbox.broker.message.Message;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The entries whose bodies were read back from the log and wait for their turn: they may be as much as the window, whatever
 * consumers look at, take and give back. Confined to the queue.
 */
final class ReadBackBodies {

    private final Stock stock;
    private final QueueIndex index;
    private final QueueFootprint footprint;
    private final Set<Entry> entries = new LinkedHashSet<>();
    private long bytes;

    ReadBackBodies(Stock stock, QueueIndex index, QueueFootprint footprint) {
        this.stock = stock;
        this.index = index;
        this.footprint = footprint;
    }

    /**
     * They are there.
     *
     * @param messages of the first of {@code read}, in their order; null for one that is damaged
     * @param maxBytes of all that was read back
     */
    void come(List<Entry> read, List<@Nullable Message> messages, int maxBytes) {
        long more = 0;
        for (Message message : messages)
            if (message != null) more += message.body().size();
        makeRoomFor(more, maxBytes);
        for (int i = 0; i < read.size(); i++) {
            Entry entry = read.get(i);
            if (entry.doomed && !entry.ended) stock.drop(entry);
            boolean waits = !entry.ended && entry.message == null && entry.delivery == null;
            if (i < messages.size() && waits) come(entry, messages.get(i));
            index.letGo(entry);
        }
    }

    private void come(Entry entry, @Nullable Message message) {
        if (message == null) {
            stock.quarantine(entry);
            return;
        }
        entry.come(message);
        footprint.keeps(entry);
        add(entry);
    }

    private void add(Entry entry) {
        entries.add(entry);
        entry.readBack = true;
        bytes += entry.bodyBytes;
    }

    void remove(Entry entry) {
        if (!entries.remove(entry)) return;
        entry.readBack = false;
        bytes -= entry.bodyBytes;
    }

    /** What was read back is for somebody who has looked at it. */
    void forget() {
        makeRoomFor(1, 0);
    }

    /** Those that come now stay, whatever was read back before them for somebody else. */
    private void makeRoomFor(long moreBytes, int maxBytes) {
        while (!entries.isEmpty() && bytes + moreBytes > maxBytes)
            stock.forgetBody(entries.iterator().next());
    }
}
