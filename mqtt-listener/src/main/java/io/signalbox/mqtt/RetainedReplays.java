package io.signalbox.mqtt;

import io.netty.util.concurrent.Future;
import io.signalbox.broker.Admission;
import io.signalbox.broker.PublishListener;
import io.signalbox.broker.PublishOutcome;
import io.signalbox.broker.Publisher;
import io.signalbox.broker.Rider;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.retained.RetainedCursor;
import io.signalbox.broker.retained.RetainedMessages;
import io.signalbox.broker.routing.Destination;
import io.signalbox.broker.store.TargetFlags;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.broker.store.WriteBatch.TableChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The retained messages that a session's new subscriptions have not been sent yet (§3.3.1.3, §3.8.4): for each filter a
 * place in the order of topics, no message. What is QoS 0 goes to the socket while that keeps up, what is more goes through
 * the session's queue while that is short, together with the place in the queue of topics, so that a session that stays is
 * given each message once, whatever ends in between. Confined to the session's loop.
 */
final class RetainedReplays implements PublishListener {

    /** Messages in the session's queue, live ones among them, beyond which no retained one is added. */
    private static final int MOST_QUEUED = 256;

    /** After which it is looked again whether queue and memory have room. */
    private static final long RETRY_MILLIS = 100;

    /** When there may be more to do. */
    enum Pace {
        AT_ONCE,
        NEXT_TURN,
        WHEN_WOKEN
    }

    private final ListenerContext context;
    private final MqttSession session;
    private final RetainedMessages retained;
    private final List<Replay> pending = new ArrayList<>(1);
    private @Nullable PublishSender sender;
    private @Nullable Publisher publisher;
    private Pace pace = Pace.WHEN_WOKEN;

    /** Waiting for its part of the loop's turns. */
    private boolean enrolled;

    /** Has a message that waits for space in the log. */
    private @Nullable Replay parked;

    private String parkedTopic = "";
    private @Nullable Future<?> retry;

    private static final class Replay {
        SessionSubscription subscription;
        RetainedCursor cursor;
        String reached = "";
        boolean stored;
        boolean started;

        Replay(SessionSubscription subscription, RetainedCursor cursor) {
            this.subscription = subscription;
            this.cursor = cursor;
        }
    }

    /** @param sender null while there is no connection */
    RetainedReplays(ListenerContext context, MqttSession session, @Nullable PublishSender sender) {
        this.context = context;
        this.session = session;
        this.sender = sender;
        this.retained = context.host().retained();
    }

    /**
     * A subscription has been made, and its filter is bound; its replay begins with {@link #start}. In a session that outlives
     * its connections the replay does too.
     */
    void add(SessionSubscription subscription, WriteBatch batch) {
        pending.removeIf(replay -> replay.subscription.filter().equals(subscription.filter()));
        Replay replay = new Replay(subscription, retained.read(subscription.filter()));
        replay.stored = session.isStored() && subscription.qos() > 0;
        pending.add(replay);
        if (replay.stored) batch.change(context.replays().put(session.clientId(), subscription.filter(), ""));
    }

    /** The SUBACK of these subscriptions has been written. */
    void start(List<SessionSubscription> subscribed) {
        for (Replay replay : pending) replay.started |= subscribed.contains(replay.subscription);
        wake();
    }

    /** A subscription has taken the place of one whose replay goes on (MQTT-3.8.4-4). */
    void replace(SessionSubscription subscription) {
        for (Replay replay : pending) {
            if (replay.subscription.filter().equals(subscription.filter())) replay.subscription = subscription;
        }
    }

    void remove(String filter, WriteBatch batch) {
        pending.removeIf(replay -> {
            if (!replay.subscription.filter().equals(filter)) return false;
            forget(replay, batch);
            return true;
        });
    }

    /** The session ends. */
    void end(WriteBatch batch) {
        detach();
        for (Replay replay : pending) forget(replay, batch);
        pending.clear();
    }

    private void forget(Replay replay, WriteBatch batch) {
        if (replay.stored) context.replays().remove(batch, session.clientId(), replay.subscription.filter());
    }

    /** What an earlier life had not completed: filters and how far each was. */
    void restore(Map<String, String> filters) {
        for (SessionSubscription subscription : session.subscriptions().all()) {
            String reached = filters.get(subscription.filter());
            if (reached == null) continue;
            Replay replay = new Replay(subscription, cursorAt(subscription.filter(), reached));
            replay.reached = reached;
            replay.stored = true;
            pending.add(replay);
        }
    }

    private RetainedCursor cursorAt(String filter, String reached) {
        return reached.isEmpty() ? retained.read(filter) : retained.readAfter(filter, reached);
    }

    /** A connection is there, on the session's loop. */
    void attach(PublishSender to) {
        sender = to;
        for (Replay replay : pending) replay.started = true;
        wake();
    }

    /** The connection is gone; what has not been taken is found again from the place that was reached. */
    void detach() {
        sender = null;
        pace = Pace.WHEN_WOKEN;
        enrolled = false;
        session.loop().replayTurns().withdraw(this);
        if (publisher != null) publisher.close();
        publisher = null;
        Replay interrupted = parked;
        if (interrupted != null) {
            interrupted.cursor = cursorAt(interrupted.subscription.filter(), interrupted.reached);
        }
        parked = null;
        stopRetry();
    }

    /** There may be room again. */
    void wake() {
        if (enrolled || sender == null || pending.isEmpty() || parked != null) return;
        enrolled = true;
        stopRetry();
        session.loop().replayTurns().enrol(this);
    }

    private void stopRetry() {
        Future<?> timer = retry;
        if (timer != null) timer.cancel(false);
        retry = null;
    }

    Pace pace() {
        return pace;
    }

    /** Looks at topics and sends what it finds, at most {@code most} of them; what that took of the turn. */
    int advance(int most) {
        pace = Pace.AT_ONCE;
        int used = 0;
        while (used < most && pace == Pace.AT_ONCE) used += step();
        if (pace == Pace.WHEN_WOKEN) enrolled = false;
        PublishSender to = sender;
        if (to != null) to.flush();
        return Math.max(1, used);
    }

    void fail(RuntimeException mistake) {
        pace = Pace.WHEN_WOKEN;
        enrolled = false;
        PublishSender to = sender;
        if (to != null) to.fail(mistake);
    }

    private int step() {
        PublishSender to = sender;
        pace = roomFor(to);
        if (pace != Pace.AT_ONCE || to == null) return 0;
        Replay replay = pending.get(0);
        return switch (replay.cursor.step()) {
            case FOUND -> send(to, replay, replay.cursor.message());
            case NOTHING -> 1;
            case LATER -> {
                pace = Pace.NEXT_TURN;
                yield 0;
            }
            case END -> {
                complete(replay);
                yield 1;
            }
        };
    }

    private Pace roomFor(@Nullable PublishSender to) {
        if (to == null || pending.isEmpty() || parked != null || !to.hasRoom()) return Pace.WHEN_WOKEN;
        if (!pending.get(0).started) return Pace.WHEN_WOKEN;
        Optional<MessageQueue> queue = session.queue();
        if (queue.isEmpty() || pending.get(0).subscription.qos() == 0) return Pace.AT_ONCE;
        // Who acknowledges makes room and wakes us; what is dropped on its way does not.
        boolean full = queue.get().status().ready() >= MOST_QUEUED
                || context.memory().isExhausted()
                || publisher().isShortOfRoom();
        if (full && retry == null) {
            retry = session.loop().eventLoop().schedule(this::wake, RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
        return full ? Pace.WHEN_WOKEN : Pace.AT_ONCE;
    }

    private int send(PublishSender to, Replay replay, Message message) {
        String topic = message.envelope().address();
        Optional<MessageQueue> queue = session.queue();
        // MQTT-3.8.4-8: the lower of both
        int qos = PublishMarks.deliveredQos(message.envelope(), replay.subscription.qos());
        if (qos == 0 || queue.isEmpty()) {
            to.sendRetained(message, replay.subscription);
            replay.reached = topic;
        } else if (enqueue(replay, queue.get(), message, qos) == Admission.PARKED) {
            parked = replay;
            parkedTopic = topic;
            pace = Pace.WHEN_WOKEN;
        } else {
            replay.reached = topic;
        }
        return 1 + (message.body().size() >> 10);
    }

    private Admission enqueue(Replay replay, MessageQueue queue, Message message, int qos) {
        int flags = TargetFlags.RETAINED | TargetFlags.ofQos(qos);
        Destination target = (routed, origin, ignored, matches) -> queue.route(routed, origin, flags, matches);
        String filter = replay.subscription.filter();
        if (!replay.stored) return publisher().publish(target, message, 0);
        TableChange place = context.replays()
                .put(session.clientId(), filter, message.envelope().address());
        return publisher().publish(target, message, 0, new Rider(List.of(place), Rider.Release.AT_APPEND));
    }

    private Publisher publisher() {
        Publisher open = publisher;
        if (open == null) {
            open = context.host().openPublisher(session.loop().core(), session, this);
            publisher = open;
        }
        return open;
    }

    private void complete(Replay replay) {
        pending.remove(replay);
        if (!replay.stored) return;
        WriteBatch batch = new WriteBatch();
        forget(replay, batch);
        session.loop().journal().append(batch);
    }

    @Override
    public void onOutcome(long token, PublishOutcome outcome) {
        if (outcome instanceof PublishOutcome.Refused)
            context.counters().retainedNotReplayed.increment();
    }

    @Override
    public void onOutcomesEnd() {}

    @Override
    public void onUnblocked() {
        Replay taken = parked;
        parked = null;
        if (taken != null) taken.reached = parkedTopic;
        wake();
    }
}
