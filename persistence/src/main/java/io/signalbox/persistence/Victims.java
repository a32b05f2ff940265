package io.signalbox.persistence;

import io.signalbox.persistence.log.LogStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which segments are worth cleaning: files that are at most half alive, and not about to be empty without it; and small files of
 * earlier cleanings when there are many. Those come first of which the least lives. Confined to the housekeeper.
 */
final class Victims {
    /** A round has as many segments as make up so many times one. */
    private static final int SEGMENTS_PER_ROUND = 8;

    /** Records of a round; their addresses are in memory, 8 bytes each. */
    private static final long MOST_RECORDS = 1_000_000;

    private static final int SMALLEST_RECORD_BYTES = 96;

    /** So many files of less than an eighth of a segment are made one. */
    private static final int MANY_SMALL_FILES = 16;

    /** The disk may have so many segments beside twice what lives, before nothing is left to empty itself. */
    private static final int SPARE_SEGMENTS = 3;

    private final SegmentTable segments;
    private final LogStore store;
    private final long segmentBytes;
    private final Cleaning cleaning;
    private final Set<Segment> leftAlone = new HashSet<>();
    private Map<Segment, Long> lastUnsettled = new HashMap<>();

    /** Segments that share a file, or one that has its own. */
    private static final class Group {
        private final List<Segment> segments = new ArrayList<>();
        private long bytes;
        private long livingBytes;
        private long unsettled;
        private boolean isQuiet = true;

        double share() {
            return (double) livingBytes / bytes;
        }

        boolean isCold() {
            return segments.get(0).sharedFile() != 0;
        }
    }

    Victims(SegmentTable segments, LogStore store, long segmentBytes, Cleaning cleaning) {
        this.cleaning = cleaning;
        this.segments = segments;
        this.store = store;
        this.segmentBytes = segmentBytes;
    }

    /** It is damaged, and nothing of it may be given back. */
    void leaveAlone(Segment segment) {
        leftAlone.add(segment);
    }

    /**
     * Whether there are some, or may be as soon as it is seen that they do not empty themselves.
     *
     * @param belowLsn no start replays the log below, and nothing is written there
     */
    boolean areThere(long belowLsn) {
        return !worthIt(belowLsn, true).isEmpty();
    }

    /** Called at each checkpoint: what is settled between two is noticed. */
    void noteUnsettled() {
        Map<Segment, Long> now = new HashMap<>();
        for (Segment segment : segments.all()) now.put(segment, segment.unsettled());
        lastUnsettled = now;
    }

    /** Those of the next round, in the order of their addresses. */
    List<Segment> choose(long belowLsn) {
        List<Group> groups = worthIt(belowLsn, false);
        groups.sort(Comparator.comparingDouble(Group::share));
        List<Segment> chosen = new ArrayList<>();
        long bytes = 0;
        long records = 0;
        for (Group group : groups) {
            long most = Math.min(group.unsettled, group.livingBytes / SMALLEST_RECORD_BYTES);
            bytes += group.bytes;
            records += most;
            boolean isEnough = bytes > SEGMENTS_PER_ROUND * segmentBytes || records > MOST_RECORDS;
            if (isEnough && !chosen.isEmpty()) break;
            chosen.addAll(group.segments);
        }
        chosen.sort(Comparator.comparingLong(each -> each.header().baseLsn()));
        return chosen;
    }

    private List<Group> worthIt(long belowLsn, boolean emptyingToo) {
        List<Group> worth = new ArrayList<>();
        List<Group> small = new ArrayList<>();
        boolean all = emptyingToo
                || cleaning == Cleaning.OFFLINE
                || store.room().occupiedBytes() > 2 * segments.livingBytes() + SPARE_SEGMENTS * segmentBytes;
        for (Group group : groups(belowLsn)) {
            if (group.unsettled == 0) continue; // nothing lives, so they go by themselves
            boolean worthIt = cleaning.isWorthIt(group.bytes, group.livingBytes, group.unsettled);
            if (worthIt && (group.isQuiet || all)) worth.add(group);
            else if (group.isCold() && group.bytes < segmentBytes / 8) small.add(group);
        }
        if (small.size() >= MANY_SMALL_FILES) worth.addAll(small);
        return worth;
    }

    private List<Group> groups(long belowLsn) {
        Map<Long, Group> shared = new TreeMap<>();
        List<Group> all = new ArrayList<>();
        for (Segment segment : segments.all()) {
            if (segment.header().endLsn() > belowLsn) break;
            if (leftAlone.contains(segment)) continue;
            Group group = segment.sharedFile() == 0
                    ? new Group()
                    : shared.computeIfAbsent(segment.sharedFile(), file -> new Group());
            if (group.segments.isEmpty()) all.add(group);
            group.segments.add(segment);
            group.bytes += segment.bytes();
            group.livingBytes += segment.livingBytes();
            group.unsettled += Math.max(0, segment.unsettled());
            group.isQuiet &= isQuiet(segment);
        }
        return all;
    }

    /** Whether nearly all that lived in it at the last checkpoint still does. */
    private boolean isQuiet(Segment segment) {
        Long before = lastUnsettled.get(segment);
        return before != null && segment.unsettled() >= before - before / 10;
    }
}
