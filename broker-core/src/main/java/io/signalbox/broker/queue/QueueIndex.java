package io.signalbox.broker.queue;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.TargetFlags;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a queue in their order: each has a place, which it keeps, and stands in front, aside, or with a consumer, until it
 * ends. An entry is a few bits and the code of its LSN; it is an object as well only while there is more to remember of it: a
 * message in memory or on its way, a consumer that has it, a name it is reserved for. There is at most one object of an entry
 * that has not ended. Confined to the queue.
 */
final class QueueIndex {

    /** No such entry; comes after every place. */
    static final long NONE = Long.MAX_VALUE;

    /** 4096 slots in a chunk. */
    static final int SLOT_BITS = 12;

    /** As many failed deliveries can be remembered without an object. */
    private static final int MOST_FAILURES = 255;

    /** Heap of an object and its place in the map, in bytes. */
    private static final long ENTRY_HEAP_BYTES = 96;

    private static final int USUAL_LEVEL = Order.level(0);

    private final int slotBits;
    private final EntryMap objects = new EntryMap();

    /** Of the default priority, which is all that most queues ever have. */
    private Lane usual;

    /** By level; made when an entry has another priority. */
    private @Nullable Lane @Nullable [] byLevel;

    private @Nullable ColdChunks cold; // made when the first chunk is about to leave memory

    private @Nullable AsideEntries aside; // made when someone is first particular, which in most queues nobody is

    private long highestLsn;

    /** Entries that wait, in front or aside; kept apart, so that other threads may read it. */
    private int waiting;

    private boolean restoring = true;

    QueueIndex(int slotBits) {
        this.slotBits = slotBits;
        this.usual = new Lane(slotBits);
    }

    // ---- lanes

    private Lane lane(int priority) {
        return laneOfLevel(Order.level(Order.place(priority, 0)));
    }

    private Lane laneOfLevel(int level) {
        if (level == USUAL_LEVEL) return usual;
        @Nullable Lane[] lanes = byLevel;
        if (lanes == null) byLevel = lanes = new Lane[Order.LEVELS];
        Lane lane = lanes[level];
        if (lane == null) lanes[level] = lane = new Lane(slotBits);
        return lane;
    }

    private Lane laneOf(long place) {
        return Order.isOfDefaultPriority(place) ? usual : laneOfLevel(Order.level(place));
    }

    /** The entries of this level; null if there never were any. */
    @Nullable
    Lane existing(int level) {
        if (level == USUAL_LEVEL) return usual;
        return byLevel == null ? null : byLevel[level];
    }

    /** The first entry of this standing after this place. */
    private long next(Standing standing, long after) {
        long from = after == Order.BEGINNING ? 0 : Order.arrival(after) + 1;
        if (byLevel == null) return place(usual.next(standing, from), USUAL_LEVEL);
        int first = after == Order.BEGINNING ? 0 : Order.level(after);
        for (int level = first; level < Order.LEVELS; level++) {
            Lane lane = existing(level);
            long arrival = lane == null ? Lane.NONE : lane.next(standing, level == first ? from : 0);
            if (arrival != Lane.NONE) return place(arrival, level);
        }
        return NONE;
    }

    private static long place(long arrival, int level) {
        return arrival == Lane.NONE ? NONE : Order.placeAtLevel(level, arrival);
    }

    // ---- what comes in

    /** Takes a new entry in, behind those of its priority; its object is not kept if nothing has to be remembered. */
    void add(Entry entry, int priority) {
        Lane lane = lane(priority);
        int expiry = SlotTimes.second(entry.expiresAtMillis);
        entry.seq = Order.place(priority, lane.add(entry.lsn, entry.flags, entry.bodyBytes, expiry));
        waiting++;
        highestLsn = Math.max(highestLsn, entry.lsn);
        if (entry.isMoreThanBits()) objects.put(entry);
    }

    /** Takes in what an earlier life left; in the order of the log, before anything else. */
    void restore(int priority, long lsn, int flags, Message message) {
        Lane lane = lane(priority);
        lane.add(
                lsn,
                TargetFlags.checked(flags),
                message.body().size(),
                SlotTimes.second(message.envelope().expiresAtMillis()));
        lane.markRestored();
        waiting++;
    }

    /**
     * Takes in a part of an image, before anything else; but nothing that has ended with the process.
     *
     * @param living told the LSN of each entry
     * @return how many there are
     */
    int restore(byte[] image, LongConsumer living) {
        int before = waiting;
        QueueImage.read(image, 1 << slotBits, (level, chunk) -> {
            QueueImage.endTransient(chunk);
            if (chunk.live() == 0) return;
            laneOfLevel(level).restore(chunk);
            chunk.forEachLsn(living);
            waiting += chunk.live();
        });
        return waiting - before;
    }

    /** Begins an image of what lies in the log below this LSN; what comes or goes before its end may be in it or not. */
    QueueImage image(long belowLsn) {
        return new QueueImage(this::existing, belowLsn);
    }

    /** Ends what the earlier life had settled; false if it is not here. */
    boolean endRestored(long lsn) {
        long place = find(lsn);
        if (place == NONE) return false;
        Lane lane = laneOf(place);
        lane.take(Order.arrival(place), Entry.UNKNOWN);
        lane.end(Order.arrival(place));
        waiting--;
        return true;
    }

    /** What an earlier life left is not looked for by its LSN any more. */
    void endRestoring() {
        if (!restoring) return;
        restoring = false;
        for (int level = 0; level < Order.LEVELS; level++) {
            Lane lane = existing(level);
            if (lane != null) lane.endRestoring();
        }
    }

    /** The place of an entry that an earlier life left. Only before {@link #endRestoring}. */
    private long find(long lsn) {
        for (int level = 0; level < Order.LEVELS; level++) {
            Lane lane = existing(level);
            long arrival = lane == null ? Lane.NONE : lane.find(lsn, this::read);
            if (arrival != Lane.NONE) return place(arrival, level);
        }
        return NONE;
    }

    private Chunk read(Stub stub) {
        if (cold == null) throw new IllegalStateException("chunk " + stub.number + " is in no page");
        return cold.read(stub);
    }

    /** The object of an entry that an earlier life left, for somebody who has more to remember of it; null if it is not here. */
    @Nullable
    Entry restored(long lsn) {
        long place = find(lsn);
        if (place == NONE) return null;
        return objectAt(place);
    }

    // ---- where it is

    /** The highest LSN that came in since the start. */
    long highestLsn() {
        return highestLsn;
    }

    /** Entries that wait, in front or aside. */
    int size() {
        return waiting;
    }

    /** The first entry in front. */
    long first() {
        if (byLevel == null) return place(usual.firstInFront(), USUAL_LEVEL);
        for (int level = 0; level < Order.LEVELS; level++) {
            Lane lane = existing(level);
            long arrival = lane == null ? Lane.NONE : lane.firstInFront();
            if (arrival != Lane.NONE) return place(arrival, level);
        }
        return NONE;
    }

    /** The first entry that waits after this place. */
    long higher(long place) {
        return next(Standing.WAITING, place);
    }

    /** The first entry set aside after this place. */
    long higherAside(long place) {
        return next(Standing.ASIDE, place);
    }

    boolean isAside(long place) {
        return laneOf(place).isAside(Order.arrival(place));
    }

    /** The entry at this place, if it is an object. */
    @Nullable
    Entry object(long place) {
        return objects.get(place);
    }

    private Entry makeObject(long place) {
        Entry entry = Entry.of(laneOf(place), place);
        objects.put(entry);
        return entry;
    }

    /**
     * Of this entry, which waits here, and those after it that stand where it does, up to a number and a sum of sizes, those
     * whose bodies are in the log only.
     */
    List<Entry> notResidentFrom(long place, int maxEntries, long maxBytes) {
        Standing standing = isAside(place) ? Standing.ASIDE : Standing.IN_FRONT;
        List<Entry> found = new ArrayList<>();
        long bytes = 0;
        long at = place;
        for (int looked = 0; looked < maxEntries && at != NONE; looked++) {
            Entry entry = objects.get(at);
            bytes += entry == null ? bodyBytesBound(at) : entry.bodyBytes;
            if (bytes > maxBytes && !found.isEmpty()) break;
            if (entry == null) found.add(makeObject(at));
            else if (entry.message == null && !entry.loading) found.add(entry);
            at = next(standing, at);
            if (at != NONE && (laneOf(at) != laneOf(place) || isAway(at))) break;
        }
        return found;
    }

    private boolean isAway(long place) {
        return cold != null && laneOf(place).stubOf(Order.arrival(place)) != null;
    }

    private int bodyBytesBound(long place) {
        Lane lane = laneOf(place);
        long arrival = Order.arrival(place);
        return lane.chunk(arrival).marks().bodyBytesBound(lane.slot(arrival));
    }

    /** The object of an entry that waits; made if there is none. */
    Entry objectAt(long place) {
        Entry entry = objects.get(place);
        return entry == null ? makeObject(place) : entry;
    }

    // ---- what becomes of it

    /** An entry that waits goes to someone, or is about to end; how many bytes its body has, as far as it is known. */
    long take(Entry entry) {
        waiting--;
        return laneOf(entry.seq).take(Order.arrival(entry.seq), entry.isSized ? entry.bodyBytes : Entry.UNKNOWN);
    }

    /** One that was taken waits again, in front. */
    void putBack(Entry entry) {
        laneOf(entry.seq).putBack(Order.arrival(entry.seq), entry.bodyBytes);
        waiting++;
    }

    /** The first one in front gets out of the way of the others. */
    void setFirstAside(Entry entry) {
        laneOf(entry.seq).setAside(Order.arrival(entry.seq));
        aside().added(entry.seq);
    }

    /** One that was taken has ended. */
    void end(Entry entry) {
        objects.remove(entry);
        laneOf(entry.seq).end(Order.arrival(entry.seq));
    }

    /** Gives up the object if nothing has to be remembered any more. */
    void letGo(Entry entry) {
        if (entry.ended || entry.isMoreThanBits() || entry.deliveryCount > MOST_FAILURES) return;
        if (!objects.remove(entry)) return;
        laneOf(entry.seq).keep(Order.arrival(entry.seq), entry.delivered, entry.deliveryCount);
    }

    /**
     * Takes all out.
     *
     * @return names them, those that are in the log; for whoever calls it, once; may wait for the disk
     */
    java.util.function.Consumer<LongConsumer> removeAll() {
        objects.forEach(Entry::endWithQueue);
        objects.clear();
        List<Lane> lanes = new ArrayList<>();
        for (int level = 0; level < Order.LEVELS; level++) {
            Lane lane = existing(level);
            if (lane != null) lanes.add(lane);
        }
        usual = new Lane(slotBits);
        byLevel = null;
        aside = null;
        waiting = 0;
        java.util.function.Consumer<LongConsumer> away = cold == null ? visitor -> {} : cold.end(lanes);
        return visitor -> {
            lanes.forEach(lane -> lane.forEachLsn(visitor));
            away.accept(visitor);
        };
    }

    // ---- what is not in memory

    /** Those of its chunks that are in pages; null while none ever was. */
    @Nullable
    ColdChunks cold() {
        return cold;
    }

    ColdChunks cold(ColdChunks chunks) {
        cold = chunks;
        return chunks;
    }

    /** The slots of a chunk. */
    int slots() {
        return 1 << slotBits;
    }

    /** Whether an entry of this chunk is an object. */
    boolean hasObjects(int level, Chunk chunk) {
        long first = Order.placeAtLevel(level, chunk.number << slotBits);
        return objects.hasBetween(first, first + slots() - 1);
    }

    // ---- what was set aside

    /** The rules of what was set aside; made at the first call. */
    AsideEntries aside() {
        AsideEntries entries = aside;
        if (entries == null) aside = entries = new AsideEntries(this, 1 << slotBits);
        return entries;
    }

    /** A new consumer begins to look. */
    void beginFor(Consumer consumer) {
        if (aside != null) aside.beginFor(consumer);
    }

    /** Whether there may be something aside that the consumer has not looked at. */
    boolean mayHaveNewsFor(Consumer consumer) {
        return aside != null && aside.mayHaveNewsFor(consumer);
    }

    /** The next entry aside that the consumer has not looked at. */
    long nextAsideFor(Consumer consumer) {
        return mayHaveNewsFor(consumer) ? aside().nextFor(consumer) : NONE;
    }

    /** What the entries cost, bodies and addresses of messages not counted, in bytes. */
    long heapBytes() {
        long bytes = chunkBytes() + objects.size() * ENTRY_HEAP_BYTES + objects.heapBytes();
        return aside == null ? bytes : bytes + aside.heapBytes();
    }

    /** Of that, what the chunks cost. */
    private long chunkBytes() {
        long bytes = usual.heapBytes();
        if (byLevel == null) return bytes;
        for (Lane lane : byLevel) if (lane != null) bytes += lane.heapBytes();
        return bytes;
    }

    void report(QueueFootprint footprint) {
        footprint.report(heapBytes(), chunkBytes());
    }
}
