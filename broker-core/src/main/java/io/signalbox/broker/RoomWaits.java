package io.signalbox.broker;

import io.signalbox.broker.store.MessageStore;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The publishers of one loop that want to know when the disk has room again. The store has one waiter of the loop at most,
 * however many come and go meanwhile. Confined to the loop.
 */
final class RoomWaits {

    private final Loop loop;
    private final MessageStore store;
    private final Set<Publisher> waiting = new LinkedHashSet<>();
    private boolean asked;

    RoomWaits(Loop loop, MessageStore store) {
        this.loop = loop;
        this.store = store;
    }

    void await(Publisher publisher) {
        waiting.add(publisher);
        if (asked) return;
        asked = true;
        store.whenRoom(() -> loop.execute(this::tell));
    }

    void forget(Publisher publisher) {
        waiting.remove(publisher);
    }

    private void tell() {
        asked = false;
        List<Publisher> told = new ArrayList<>(waiting);
        waiting.clear();
        for (Publisher publisher : told) {
            try {
                publisher.tellOfRoom();
            } catch (RuntimeException | Error e) {
                loop.failedAlone(publisher, e);
            }
        }
        loop.flushTouched();
    }
}
