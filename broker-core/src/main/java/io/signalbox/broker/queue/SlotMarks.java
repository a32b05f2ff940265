package io.signalbox.broker.queue;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** What a chunk remembers of its entries beside their LSNs; costs nothing while all are alike. Confined to the queue. */
final class SlotMarks {

    /** Slots that share a bound of the size of their bodies. */
    private static final int SIZE_GROUP_SHIFT = 6;

    private @Nullable SlotTimes times;

    /** The flags of most, and how those of others differ. */
    private byte flags;

    private @Nullable SlotBytes otherFlags;
    private @Nullable SlotBytes failures;
    private @Nullable SlotSet delivered;

    /** In place of the set, when nothing new can come. */
    private boolean allDelivered;

    /** Of the bodies of those that wait; estimated once some have ended whose size nobody knew. */
    private long waitingBytes;

    /** For each group of slots the bits of the longest body's length. */
    private @Nullable SlotBytes sizes;

    /**
     * A slot after all others gets an entry.
     *
     * @param alone whether there is no other entry
     * @param expiry see {@link SlotTimes}
     */
    void add(int slot, boolean alone, int entryFlags, int bodyBytes, int expiry) {
        if (alone) flags = (byte) entryFlags;
        else if (flags != (byte) entryFlags) otherFlags = put(otherFlags, slot, entryFlags ^ flags);
        if (expiry != SlotTimes.NEVER) times = SlotTimes.with(times, slot, expiry);
        waitingBytes += bodyBytes;
        int group = slot >> SIZE_GROUP_SHIFT;
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(bodyBytes);
        if (sizes == null || bits > sizes.get(group)) sizes = put(sizes, group, bits);
    }

    private static SlotBytes put(@Nullable SlotBytes values, int place, int value) {
        SlotBytes bytes = values == null ? new SlotBytes() : values;
        bytes.put(place, (byte) value);
        return bytes;
    }

    int flags(int slot) {
        return (otherFlags == null ? flags : flags ^ otherFlags.get(slot)) & 0xFF;
    }

    /** Whether an entry may have one of these flags. */
    boolean mayHave(int wanted) {
        return (flags & wanted) != 0 || otherFlags != null;
    }

    /** A body there has at most so many bytes. */
    int bodyBytesBound(int slot) {
        int bits = sizes == null ? 0 : sizes.get(slot >> SIZE_GROUP_SHIFT);
        return (int) Math.min(Integer.MAX_VALUE, (1L << bits) - 1);
    }

    int failures(int slot) {
        return failures == null ? 0 : failures.get(slot) & 0xFF;
    }

    boolean isDelivered(int slot) {
        return allDelivered || (delivered != null && delivered.has(slot));
    }

    /** When the entry expires, see {@link SlotTimes}. */
    int expiry(int slot) {
        return times == null ? SlotTimes.NEVER : times.of(slot);
    }

    /** How many have a time to expire, give or take those that have ended. */
    int expiring() {
        return times == null ? 0 : times.size();
    }

    /** No entry that waits and may expire does so before this second. */
    int earliestExpiry() {
        return times == null ? SlotTimes.NEVER : times.earliest();
    }

    /** An entry that was taken waits again, and may expire when its time comes. */
    void putBack(int slot, int bodyBytes) {
        waitingBytes += bodyBytes;
        keepDue(slot);
    }

    /** It may expire when its time comes, or has. */
    void keepDue(int slot) {
        if (times != null) times.wake(slot);
    }

    /**
     * One that waits is taken.
     *
     * @param bodyBytes negative if nobody knows: then it has as many as the others on average
     * @param waiting how many wait, this one among them
     * @return how many it has
     */
    long take(int bodyBytes, int waiting) {
        long taken = bodyBytes < 0 || waiting == 1 ? waitingBytes / waiting : Math.min(bodyBytes, waitingBytes);
        waitingBytes -= taken;
        return taken;
    }

    /** Of the bodies of those that wait, as far as it is known. */
    long waitingBytes() {
        return waitingBytes;
    }

    /** All that waits has so many. */
    void startWith(long bodyBytes) {
        waitingBytes = bodyBytes;
    }

    /** As {@link SlotTimes#due}. */
    int due(int now, IntPredicate mayGo, long first, long[] places, int found) {
        if (times == null || times.earliest() > now) return found;
        return times.due(now, mayGo, first, places, found);
    }

    void keepFailures(int slot, int count) {
        failures = put(failures, slot, count);
    }

    void keepDelivered(int slot) {
        if (!allDelivered) delivered = SlotSet.with(delivered, slot);
    }

    /**
     * Needs no set any more if it has all entries and nothing new can come.
     *
     * @param living entries that have not ended
     * @return whether that was so just now
     */
    boolean areAllDelivered(int living) {
        if (delivered == null || delivered.size() < living) return false;
        allDelivered = true;
        delivered = null;
        return true;
    }

    /** The entry has ended. */
    void forget(int slot) {
        if (delivered != null) delivered.remove(slot);
        if (times != null) times.forget(slot);
        if (otherFlags != null) otherFlags.put(slot, (byte) 0);
        if (failures != null) failures.put(slot, (byte) 0);
    }

    void clear() {
        times = null;
        otherFlags = null;
        failures = null;
        delivered = null;
        sizes = null;
        waitingBytes = 0;
    }

    /** Gives back what is not needed for these slots. */
    void trim(int from, int to) {
        otherFlags = SlotBytes.trimmed(otherFlags, from, to);
        failures = SlotBytes.trimmed(failures, from, to);
        delivered = SlotSet.trimmed(delivered);
        sizes = SlotBytes.trimmed(sizes, from >> SIZE_GROUP_SHIFT, ((to - 1) >> SIZE_GROUP_SHIFT) + 1);
        times = SlotTimes.trimmed(times);
    }

    int heapBytes() {
        return SlotTimes.heapBytes(times)
                + SlotBytes.heapBytes(otherFlags)
                + SlotBytes.heapBytes(failures)
                + SlotSet.heapBytes(delivered)
                + SlotBytes.heapBytes(sizes);
    }

    void write(DataOutputStream out) throws IOException {
        out.writeByte(flags);
        SlotTimes.write(out, times);
        SlotBytes.write(out, otherFlags);
        SlotBytes.write(out, failures);
        SlotBytes.write(out, sizes);
    }

    /** What is known in this life of the process only. */
    void writeDelivered(DataOutputStream out) throws IOException {
        out.writeBoolean(allDelivered);
        SlotSet.write(out, delivered);
    }

    void readDelivered(DataInputStream in, int slots) throws IOException {
        allDelivered = in.readBoolean();
        delivered = SlotSet.read(in, slots);
    }

    /**
     * Reads what was written.
     *
     * @param slots as many there are at most
     * @param version of the format
     */
    static SlotMarks read(DataInputStream in, int slots, int version) throws IOException {
        SlotMarks marks = new SlotMarks();
        marks.flags = in.readByte();
        // The first format has only which of them expire; when one does is seen when it is about to be handed over.
        if (version == 1) SlotSet.read(in, slots);
        else marks.times = SlotTimes.read(in, slots);
        marks.otherFlags = SlotBytes.read(in);
        marks.failures = SlotBytes.read(in);
        marks.sizes = SlotBytes.read(in);
        return marks;
    }
}
