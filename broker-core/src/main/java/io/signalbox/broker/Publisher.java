package io.signalbox.broker;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.MemoryBudget;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.routing.Destination;
import io.signalbox.broker.routing.Matches;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.broker.store.WriteBatch.TableChange;
import java.util.ArrayDeque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One producer's way in: routing, the one atomic record for all durable targets, the hand-over to the queues, and the
 * receipt. Confined to its event loop.
 */
public final class Publisher extends Loop.Flushable implements Receipts.Receiver {

    /** Beside the answers of the store: the message was not taken, and its publisher has been told. */
    private static final long ANSWERED = Long.MIN_VALUE;

    /** Answer of {@link #lastLsn}: nothing of the message is anywhere. */
    public static final long NOT_TAKEN = -1;

    private final Loop loop;
    private final MessageStore store;
    private final BrokerCounters counters;
    private final MemoryBudget memory;
    private final Object origin;
    private final PublishListener listener;
    private final Matches matches;
    private final LogTargets logTargets;
    private final ArrayDeque<ParkedMessage> parked = new ArrayDeque<>(0);
    private int unanswered;
    private long lastLsn = NOT_TAKEN;

    /** Messages whose targets get them after the force. */
    private int deferred;

    private boolean closed;

    /** The target that the first parked message waits for, if it is not the log itself; while that is attempted, waited for. */
    private @Nullable MessageQueue heldUpBy;

    /** Whether the first parked message is being attempted: whoever hears of an outcome meanwhile hears of that one. */
    private boolean admitting;

    Publisher(Loop loop, MessageStore store, Broker broker, Object origin, PublishListener listener) {
        this.loop = loop;
        this.store = store;
        this.counters = broker.counters();
        this.memory = broker.memory();
        this.origin = origin;
        this.matches = loop.matches();
        this.logTargets = new LogTargets(store, loop.batch());
        this.listener = listener;
    }

    /**
     * Publishes to an exchange, with the envelope's address as routing key, or straight to a queue.
     *
     * <p>An outcome that waits for nothing is reported within the call; {@link PublishListener#onOutcomesEnd} then does not
     * follow, since the caller is at work anyway.
     *
     * @param token comes back with the outcome
     */
    public Admission publish(Destination target, Message message, long token) {
        return publish(target, message, token, Rider.NONE);
    }

    /** As {@link #publish(Destination, Message, long)}, with what goes into the message's record besides. */
    public Admission publish(Destination target, Message message, long token, Rider rider) {
        if (!parked.isEmpty() || !attemptAlone(target, message, token, rider)) {
            message.hold();
            return park(new ParkedMessage(target, message, null, token, rider));
        }
        return Admission.TAKEN;
    }

    /** As {@link #publish(Destination, Message, long, Rider)}, a large message, which is this publisher's from here on. */
    public Admission publish(Destination target, LargeArrival arrival, long token, Rider rider) {
        ParkedMessage large = new ParkedMessage(target, null, arrival, token, rider);
        return parked.isEmpty() && attempt(large) ? Admission.TAKEN : park(large);
    }

    private Admission park(ParkedMessage one) {
        parked.add(one);
        if (parked.size() == 1) awaitSpace();
        return Admission.PARKED;
    }

    /** Refuses a message that the listener does not want to publish; the outcome comes in the order of publishing. */
    public void refuse(PublishOutcome.Refused why, long token) {
        if (!parked.isEmpty()) throw new IllegalStateException(parked.size() + " messages before it wait for space");
        answer(0, token, why);
    }

    /** How many messages have no outcome yet. */
    public int unanswered() {
        return unanswered + parked.size();
    }

    /**
     * What of the last message that was not parked, or is not any more, has been decided already while its outcome still
     * waits for its turn: the LSN that its outcome waits for, 0 if it was taken and waits for none, {@link #NOT_TAKEN} if it
     * was refused or the store had failed.
     */
    public long lastLsn() {
        return lastLsn;
    }

    /** Whether messages for the log are refused now because the disk has no room. */
    public boolean isShortOfRoom() {
        return store.shortage().isPresent();
    }

    /** Has the listener told, by {@link PublishListener#onUnblocked}, when the disk has room; later, also if it has some now. */
    public void awaitRoom() {
        loop.room().await(this);
    }

    void tellOfRoom() {
        loop.touch(this);
        if (!closed) listener.onUnblocked();
    }

    /** No outcome is reported any more; parked messages, which nobody was promised anything for, are let go and counted. */
    public void close() {
        closed = true;
        loop.room().forget(this);
        counters.droppedParked.add(admitting ? parked.size() - 1 : parked.size());
        if (admitting) parked.remove(); // whoever attempts it lets it go
        parked.forEach(ParkedMessage::letGo);
        parked.clear();
        if (!admitting) logTargets.end();
    }

    private boolean attempt(ParkedMessage one) {
        if (!one.isComplete()) return false;
        Message message = one.message();
        if (message == null) {
            one.letGo();
            lastLsn = NOT_TAKEN;
            PublishOutcome why = one.lost().orElseThrow();
            if (why instanceof PublishOutcome.Refused) counters.refusedForDisk.increment();
            answer(0, one.token(), why);
            return true;
        }
        if (!attemptAlone(one.target(), message, one.token(), one.rider())) return false;
        message.release();
        return true;
    }

    private boolean attemptAlone(Destination target, Message message, long token, Rider rider) {
        loop.beginPublish();
        try {
            return attempt(target, message, token, rider);
        } finally {
            loop.endPublish();
        }
    }

    /** False if the log has no space at this moment; then nothing has happened. */
    private boolean attempt(Destination target, Message message, long token, Rider rider) {
        lastLsn = NOT_TAKEN;
        MessageQueue waitedFor = heldUpBy;
        heldUpBy = null;
        rider.passage().begin(loop);
        boolean over = true;
        try {
            over = pass(target, message, token, rider, waitedFor);
            return over;
        } finally {
            if (over || closed) logTargets.end();
            rider.passage().end(loop);
        }
    }

    private boolean pass(
            Destination target, Message message, long token, Rider rider, @Nullable MessageQueue waitedFor) {
        if (target instanceof MessageQueue queue && queue.isDeleted()) {
            String sentence = "The queue " + queue.settings().name() + " has been removed.";
            answer(0, token, new PublishOutcome.Refused(PublishOutcome.Reason.TARGET_GONE, sentence));
            return true;
        }
        matches.reset();
        target.route(message, origin, 0, matches);
        if (matches.isEmpty() && rider.isEmpty()) {
            counters.unroutable.increment();
            lastLsn = 0;
            answer(0, token, PublishOutcome.UNROUTABLE);
            return true;
        }
        boolean awaitForce = logTargets.collect(message, matches);
        for (TableChange change : rider.changes()) logTargets.batch().change(change);
        MessageQueue stalled = stalledTarget();
        Optional<String> shortage = store.shortage();
        if (shortage.isPresent() && (!logTargets.isEmpty() || stalled != null)) {
            counters.refusedForDisk.increment();
            answer(0, token, new PublishOutcome.Refused(PublishOutcome.Reason.DISK_FULL, shortage.get()));
            return true;
        }
        if (stalled == null) stalled = targetThatIsBehind(waitedFor);
        if (stalled != null) {
            heldUpBy = stalled;
            return false;
        }
        if (memory.isExhausted() && isKept(message)) {
            counters.refusedForMemory.increment();
            String sentence = "The queues hold as many messages as the broker's memory allows; consume some first.";
            answer(0, token, new PublishOutcome.Refused(PublishOutcome.Reason.MEMORY_USED_UP, sentence));
            return true;
        }
        Optional<MessageQueue> full = Places.reserve(matches, message);
        if (full.isPresent()) {
            counters.refusedForQueueLimit.increment();
            answer(0, token, Places.refusalOf(full.get()));
            return true;
        }
        awaitForce |= !rider.isEmpty() && message.envelope().durable();
        long waitLsn = logTargets.isEmpty() ? 0 : append(message, token, awaitForce);
        if (waitLsn == MessageStore.FULL) {
            Places.giveBack(matches, message);
            return false;
        }
        if (waitLsn == ANSWERED) return true;
        lastLsn = awaitForce ? waitLsn : 0;
        settleAdmitted(message, token, lastLsn, rider.release());
        logTargets.batch().clear();
        return true;
    }

    /** The message is in the log, where it goes there: its targets get it now or after the force, and so does the answer. */
    private void settleAdmitted(Message message, long token, long waitLsn, Rider.Release release) {
        PublishOutcome outcome = matches.isEmpty() ? PublishOutcome.UNROUTABLE : PublishOutcome.STORED;
        // Here, since a message that finds no space is attempted again.
        (matches.isEmpty() ? counters.unroutable : counters.published).increment();
        boolean waits = deferred > 0 || (release == Rider.Release.AFTER_FORCE && waitLsn != 0);
        if (!waits) {
            handOver(message, null);
            answer(waitLsn, token, outcome);
            return;
        }
        Deferred later = new Deferred(this, message, matches.size());
        handOver(message, later);
        deferred++;
        unanswered++;
        loop.receipts().add(waitLsn, later, token, outcome);
    }

    /** Appends the batch; {@link #ANSWERED} if the message was refused, {@link MessageStore#FULL} if there is no space. */
    private long append(Message message, long token, boolean awaitForce) {
        if (logTargets.size() > 0 && message.body().size() + WriteBatch.OVERHEAD_BYTES > store.maxBatchBytes()) {
            String sentence = "The message has " + message.body().size() + " bytes, more than the log takes.";
            return decline(message, token, new PublishOutcome.Refused(PublishOutcome.Reason.TOO_LARGE, sentence));
        }
        if (!awaitForce) logTargets.batch().lazy();
        long lsn;
        try {
            lsn = logTargets.append(message);
        } catch (IllegalArgumentException e) { // the body fits; it is what goes with it that does not
            String sentence = "What is to be kept of the message is more than one log record takes.";
            return decline(message, token, new PublishOutcome.Refused(PublishOutcome.Reason.TOO_LARGE, sentence));
        }
        if (lsn != MessageStore.FAILED) return lsn;
        return decline(message, token, new PublishOutcome.Failed(failureSentence()));
    }

    /** The message, which had its places reserved, does not come; who is told may publish in its turn. */
    private long decline(Message message, long token, PublishOutcome outcome) {
        Places.giveBack(matches, message);
        answer(0, token, outcome);
        return ANSWERED;
    }

    /** A target that takes nothing before the log has space: also what does not go to the log waits for that. */
    private @Nullable MessageQueue stalledTarget() {
        for (int i = 0; i < matches.size(); i++) {
            if (matches.destination(i) instanceof MessageQueue queue && queue.waitsForSpace()) return queue;
        }
        return null;
    }

    /**
     * A target to which more comes than is worked on. One that was waited for takes one message in any case: what waits in it may
     * be no more than other publishers, each of which would wait again for the rest of them.
     */
    private @Nullable MessageQueue targetThatIsBehind(@Nullable MessageQueue waitedFor) {
        for (int i = 0; i < matches.size(); i++) {
            if (matches.destination(i) instanceof MessageQueue queue && queue != waitedFor && queue.isBehind())
                return queue;
        }
        return null;
    }

    /** Whether a queue would keep it, so that it costs memory until it is consumed. */
    private boolean isKept(Message message) {
        for (int i = 0; i < matches.size(); i++) {
            if (matches.destination(i) instanceof MessageQueue queue
                    && !Handover.passesThrough(queue, message, matches.flags(i))) {
                return true;
            }
        }
        return false;
    }

    /** Gives the message to its targets, or tells {@code later} to. */
    private void handOver(Message message, @Nullable Deferred later) {
        int logTarget = 0;
        for (int i = 0; i < matches.size(); i++) {
            Destination destination = matches.destination(i);
            long lsn = 0;
            int flags = matches.flags(i);
            if (destination instanceof MessageQueue queue && logTargets.isNext(logTarget, queue)) {
                lsn = logTargets.lsn(logTarget);
                flags = logTargets.flags(logTarget++);
            }
            if (later == null) {
                Handover.give(destination, message, lsn, flags, loop);
            } else {
                later.add(destination, lsn, flags);
            }
        }
    }

    private void answer(long lsn, long token, PublishOutcome outcome) {
        if (lsn == 0 && unanswered == 0) {
            loop.endPublish(); // who is told may publish in its turn
            listener.onOutcome(token, outcome);
            return;
        }
        unanswered++;
        loop.receipts().add(lsn, this, token, outcome);
    }

    Loop loop() {
        return loop;
    }

    void completeDeferred(long token, PublishOutcome outcome) {
        deferred--;
        complete(token, outcome);
    }

    @Override
    public void complete(long token, PublishOutcome outcome) {
        unanswered--;
        if (closed) return;
        listener.onOutcome(token, outcome);
        loop.touch(this);
    }

    @Override
    protected void flush() {
        if (!closed) listener.onOutcomesEnd();
    }

    private void awaitSpace() {
        counters.parked.increment();
        MessageQueue queue = heldUpBy;
        heldUpBy = null;
        if (queue == null) store.whenSpace(() -> loop.execute(() -> retry(null)));
        else queue.whenSpace(() -> loop.execute(() -> retry(queue)));
    }

    private void retry(@Nullable MessageQueue waitedFor) {
        loop.touch(this);
        heldUpBy = waitedFor;
        if (admitParked()) {
            if (!closed) listener.onUnblocked();
        } else {
            awaitSpace();
        }
        loop.flushTouched();
    }

    /** False if there is again no space for the first of them. */
    private boolean admitParked() {
        for (ParkedMessage next = parked.peek(); next != null; next = parked.peek()) {
            admitting = true;
            try {
                if (!attempt(next)) return false;
            } finally {
                admitting = false;
            }
            parked.poll(); // nothing is left of it if the listener has closed this publisher meanwhile
        }
        return true;
    }

    private String failureSentence() {
        return store.failure().map(Throwable::getMessage).orElse("The store has failed; restart the broker.");
    }
}
