package io.signalbox.broker;

import io.signalbox.broker.store.Pages;
import io.signalbox.broker.store.StoreException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Pages in a map, that are read when the test says so, in the order in which that was asked for. */
public final class HeapPages implements Pages {
    private final Map<Long, byte[]> pages = new HashMap<>();
    private final List<Runnable> requests = new ArrayList<>();
    private long next = 1;
    private boolean full;
    private boolean broken;

    /** How many were ever written. */
    public int written;

    /** How many were read, when somebody waited for it or not. */
    public int reads;

    /** From now on there is no room, or there is again. */
    public void full(boolean now) {
        full = now;
    }

    /** From now on nothing can be read. */
    public void breakAll() {
        broken = true;
    }

    /** Does what was asked for. */
    public void answer() {
        List<Runnable> now = List.copyOf(requests);
        requests.clear();
        now.forEach(Runnable::run);
    }

    public boolean isAsked() {
        return !requests.isEmpty();
    }

    /** Those that were not given back, or are about to be. */
    public Set<Long> held() {
        return new TreeSet<>(pages.keySet());
    }

    @Override
    public long write(byte[] page) {
        if (full) return NO_ROOM;
        written++;
        pages.put(next, page);
        return next++;
    }

    @Override
    public void read(long page, Consumer<byte[]> sink, Consumer<StoreException> failure) {
        requests.add(() -> {
            byte[] bytes;
            try {
                bytes = readNow(page);
            } catch (StoreException e) {
                failure.accept(e);
                return;
            }
            sink.accept(bytes);
        });
    }

    @Override
    public byte[] readNow(long page) throws StoreException {
        if (broken) throw new StoreException("page " + page + " is damaged");
        byte[] bytes = pages.get(page);
        if (bytes == null) throw new AssertionError("page " + page + " is not there");
        reads++;
        return bytes.clone();
    }

    @Override
    public void free(long page) {
        requests.add(() -> {
            if (pages.remove(page) == null) throw new AssertionError("page " + page + " is given back twice");
        });
    }
}
