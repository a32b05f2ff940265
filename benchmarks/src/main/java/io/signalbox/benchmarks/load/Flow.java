package io.signalbox.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Messages on their way from sources through a broker to consumers. It keeps each source's window full, or sends at a fixed
 * rate, and counts what comes out. Connections report to it; it answers at the end of a read, so that one read makes one
 * write. Confined to the generator's event loop.
 */
public final class Flow implements Load {

    /** A source and how far it is. */
    private static final class Lane {
        final int number;
        final Source source;
        /** Consumers, or groups, that each get all of it. */
        int copies;

        long sent;
        long delivered;
        long sentNanos;
        boolean isWaiting;
        boolean isUnflushed;

        Lane(int number, Source source) {
            this.number = number;
            this.source = source;
        }
    }

    /** At a fixed rate a target that is so many deliveries behind, and a second, does not keep up. */
    private static final int HOPELESS = 50_000;
    /** Nor does one that gives a sender no room for so long. */
    private static final long HOPELESS_NANOS = 5_000_000_000L;

    private final EventLoop loop;
    private final Trouble trouble;
    private final Plan plan;
    private final Latencies latencies = new Latencies();
    private final Latencies lateness = new Latencies();
    private final List<Lane> lanes = new ArrayList<>();
    private final List<Arrivals> consumers = new ArrayList<>();
    private final List<Arrivals.Member> members = new ArrayList<>();
    private final List<Lane> waiting = new ArrayList<>();
    private @Nullable Pace pace;
    private boolean sending;
    private long sent;
    private long due;
    private long delivered;
    private long confirmed;

    public Flow(EventLoop loop, Trouble trouble, Plan plan) {
        this.loop = loop;
        this.trouble = trouble;
        this.plan = plan;
    }

    /** The number under which this source reports; its messages carry it. */
    public int add(Source source) {
        Lane lane = new Lane(lanes.size(), source);
        lanes.add(lane);
        for (Arrivals consumer : consumers) if (consumer.isFor(lane.number)) lane.copies++;
        return lane.number;
    }

    /** The number under which a consumer of these sources reports. */
    public int addConsumer(Sources sources) {
        return addConsumers(sources, 1);
    }

    /** The first of the numbers under which so many report that share what these sources send. */
    public int addConsumers(Sources sources, int sharing) {
        Arrivals arrivals = new Arrivals(sources);
        consumers.add(arrivals);
        for (Lane lane : lanes) if (arrivals.isFor(lane.number)) lane.copies++;
        for (int i = 0; i < sharing; i++) members.add(arrivals.join());
        return members.size() - sharing;
    }

    @Override
    public void start() {
        sending = true;
        if (plan.perSecond() > 0) {
            pace = new Pace(plan.perSecond(), System.nanoTime());
            keepPace();
        } else {
            for (Lane lane : lanes) fill(lane);
        }
    }

    @Override
    public void stop() {
        sending = false;
    }

    @Override
    public void beginTiming() {
        latencies.begin();
        lateness.begin();
    }

    @Override
    public void endTiming() {
        latencies.end();
        lateness.end();
    }

    /** A consumer got a message whose body begins at this index. */
    public void arrived(int consumer, ByteBuf in, int bodyAt) {
        int source = in.getInt(bodyAt + Stamp.SOURCE_AT);
        if (!members.get(consumer).arrived(source, in.getLong(bodyAt + Stamp.SEQUENCE_AT))) {
            trouble.report(
                    "A message came that was not sent in this repetition: the broker kept it from before, or changed"
                            + " it.");
            return;
        }
        delivered++;
        Lane lane = lanes.get(source);
        lane.delivered++;
        if (plan.timing() == Timing.UNTIL_DELIVERED) {
            latencies.record(System.nanoTime() - in.getLong(bodyAt + Stamp.INTENDED_AT));
        }
        wake(lane);
    }

    /** The broker answered so many messages of a source. */
    public void confirmed(int source, int messages) {
        confirmed += messages;
        Lane lane = lanes.get(source);
        if (plan.timing() == Timing.UNTIL_CONFIRMED) latencies.record(System.nanoTime() - lane.sentNanos);
        wake(lane);
    }

    /** A source may have more room than before. */
    public void roomier(int source) {
        wake(lanes.get(source));
    }

    private void wake(Lane lane) {
        if (lane.isWaiting) return;
        lane.isWaiting = true;
        waiting.add(lane);
    }

    /** A connection has no more to report for now: what may be sent is sent. */
    public void endOfRead() {
        for (int i = 0; i < waiting.size(); i++) {
            Lane lane = waiting.get(i);
            lane.isWaiting = false;
            if (pace == null) fill(lane);
        }
        waiting.clear();
    }

    private void fill(Lane lane) {
        if (!sending) return;
        int room = room(lane);
        if (room <= 0) return;
        long now = System.nanoTime();
        lane.sentNanos = now;
        for (int i = 0; i < room; i++) send(lane, now);
        lane.source.flush();
    }

    private void send(Lane lane, long intendedNanos) {
        lane.source.send(lane.sent++, intendedNanos);
        sent++;
        due += lane.copies;
    }

    private int room(Lane lane) {
        long copies = lane.copies;
        long undelivered = copies == 0 ? 0 : (lane.sent * copies - lane.delivered + copies - 1) / copies;
        long free = Math.min(
                plan.window().undelivered() - undelivered, plan.window().unconfirmed() - lane.source.unconfirmed());
        if (free < plan.window().burst()) return 0;
        return (int) Math.min(Math.min(free, lane.source.room()), plan.messages() - lane.sent);
    }

    private void keepPace() {
        Pace rate = pace;
        if (rate == null || !sending) return;
        long now = System.nanoTime();
        while (rate.isDue(now)) {
            Lane lane = lanes.get((int) (sent % lanes.size()));
            if (lane.source.room() <= 0) break;
            lateness.record(now - rate.nextNanos());
            send(lane, rate.nextNanos());
            lane.isUnflushed = true;
            rate.advance();
        }
        for (Lane lane : lanes) { // what was due at once leaves at once
            if (lane.isUnflushed) lane.source.flush();
            lane.isUnflushed = false;
        }
        if (due - delivered > HOPELESS + plan.perSecond()) {
            trouble.report(String.format(
                    Locale.ROOT,
                    "The target does not keep up with the rate: it is %,d deliveries behind.",
                    due - delivered));
            return;
        }
        if (now - rate.nextNanos() > HOPELESS_NANOS) {
            trouble.report("The target does not keep up with the rate: it takes messages that are 5 s late.");
            return;
        }
        // Where the protocol leaves no room, look again soon: the intended times stay.
        long delay = rate.isDue(now) ? 100_000 : rate.nextNanos() - System.nanoTime();
        loop.schedule(this::keepPace, Math.max(0, delay), TimeUnit.NANOSECONDS);
    }

    @Override
    public long count() {
        return delivered;
    }

    @Override
    public boolean isComplete() {
        return progress().isComplete();
    }

    @Override
    public Optional<String> fault() {
        return progress().fault();
    }

    @Override
    public Optional<String> oddity() {
        return progress().oddity();
    }

    /** Where the flow is now. */
    public Progress progress() {
        long duplicates = 0;
        long late = 0;
        long missing = 0;
        for (Arrivals arrivals : consumers) {
            duplicates += arrivals.duplicates();
            late += arrivals.late();
            for (Lane lane : lanes) missing += arrivals.missing(lane.number, lane.sent);
        }
        int unconfirmed = 0;
        for (Lane lane : lanes) unconfirmed += lane.source.unconfirmed();
        return new Progress(sent, confirmed, unconfirmed, delivered, missing, duplicates, late);
    }

    @Override
    public Latencies latencies() {
        return latencies;
    }

    @Override
    public Latencies lateness() {
        return lateness;
    }
}
