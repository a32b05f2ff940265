package io.signalbox.mqtt;

import io.netty.util.concurrent.Future;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.mqtt.SessionTables.StoredSession;
import io.signalbox.mqtt.WillTable.StoredWill;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Brings the sessions of an earlier life back before anyone can connect, and clears away what ended meanwhile. */
final class SessionRecovery {

    private final ListenerContext context;
    private final List<ListenerLoop> loops;
    private final Set<String> queuesInUse = new HashSet<>();
    private final PacketRecovery packets;
    private final List<Future<?>> tasks = new ArrayList<>();
    private final Map<String, Map<String, String>> replays;
    private final Map<String, List<StoredWill>> wills;
    private final List<Runnable> willsToSettle = new ArrayList<>();
    private int restored;

    private SessionRecovery(ListenerContext context, List<ListenerLoop> loops) {
        this.context = context;
        this.loops = loops;
        this.replays = context.replays().read();
        this.wills = context.wills().read();
        this.packets = new PacketRecovery(context);
    }

    static void restore(ListenerContext context, List<ListenerLoop> loops) {
        SessionRecovery recovery = new SessionRecovery(context, loops);
        recovery.restoreSessions();
        recovery.restoreWillsWithoutSession();
        recovery.awaitTasks(); // a queue is an orphan only when all have found theirs
        recovery.removeOrphans();
        // Before a client can connect: what is removed here must not be what it has just made.
        recovery.awaitTasks();
        recovery.willsToSettle.forEach(Runnable::run); // now that whoever subscribed to them is there
    }

    private void awaitTasks() {
        tasks.forEach(Future::syncUninterruptibly);
        tasks.clear();
    }

    private void restoreSessions() {
        long now = context.clock().millis();
        for (StoredSession stored : context.tables().read()) {
            ListenerLoop loop = loops.get(restored++ % loops.size());
            long left = millisLeft(stored, now);
            Optional<MessageQueue> queue = context.host().queue(stored.queueName());
            boolean queueIsGone = !stored.queueName().isEmpty() && queue.isEmpty();
            if (left <= 0 || queueIsGone) {
                tasks.add(loop.eventLoop().submit(() -> remove(loop, stored)));
                restoreWills(loop, stored.clientId()).forEach(will -> settle(loop, will::publish));
                continue;
            }
            queue.ifPresent(found -> queuesInUse.add(found.settings().name()));
            // Bound here, before the listener listens; from the claim on it belongs to its loop.
            MqttSession session = MqttSession.restore(loop, stored, queue);
            Map<String, String> replayed = replays.get(stored.clientId());
            if (replayed != null) session.replays().restore(replayed);
            WriteBatch changes = new WriteBatch();
            packets.restore(session, changes);
            // Or its time would begin anew with each start that it is not there for.
            if (wasConnected(stored)) context.tables().put(changes, session, now);
            tasks.add(loop.eventLoop().submit(() -> loop.journal().append(changes)));
            SessionClaim claim = new SessionClaim(loop, stored.clientId(), stored.owner(), SessionClaim.NOBODY);
            claim.restore(session);
            context.registry().restore(claim);
            restoreWill(session, stored, now);
            if (session.subscriptions().haveCompeting())
                tasks.add(loop.eventLoop().submit(session::rejoin));
            loop.execute(() -> claim.awaitExpiry(session, left));
        }
    }

    /** A client that was connected when the process ended counts as disconnected now (MQTT-4.1.0-2). */
    private static long millisLeft(StoredSession stored, long now) {
        if (stored.expirySeconds() == MqttSettings.NEVER) return Long.MAX_VALUE;
        return TimeUnit.SECONDS.toMillis(stored.expirySeconds()) - millisAway(stored, now);
    }

    /** How long its client has been away: a clock that was set back adds nothing to what was agreed. */
    private static long millisAway(StoredSession stored, long now) {
        return wasConnected(stored) ? 0 : Math.max(0, now - stored.disconnectedAtMillis());
    }

    private static boolean wasConnected(StoredSession stored) {
        return stored.disconnectedAtMillis() == StoredSession.CONNECTED;
    }

    /** Its delay goes on, or begins now if its client was there when the process ended (§3.1.3.2.2). */
    private void restoreWill(MqttSession session, StoredSession stored, long now) {
        List<StoredWill> left = wills.remove(stored.clientId());
        if (left == null) return;
        long elapsedMillis = millisAway(stored, now);
        PendingWill will = session.newWill();
        will.restore(left.get(0));
        settle(session.loop(), () -> will.connectionLost(elapsedMillis));
    }

    /** Wills whose session has ended: they are due (MQTT-3.1.2-8). */
    private List<PendingWill> restoreWills(ListenerLoop loop, String clientId) {
        List<PendingWill> due = new ArrayList<>(1);
        for (StoredWill stored : Optional.ofNullable(wills.remove(clientId)).orElse(List.of())) {
            PendingWill will = new PendingWill(new MqttSession(loop, clientId));
            will.restore(stored);
            due.add(will);
        }
        return due;
    }

    private void restoreWillsWithoutSession() {
        for (String clientId : List.copyOf(wills.keySet())) {
            ListenerLoop loop = loops.get(restored++ % loops.size());
            restoreWills(loop, clientId).forEach(will -> settle(loop, will::publish));
        }
    }

    private void settle(ListenerLoop loop, Runnable will) {
        willsToSettle.add(() -> loop.execute(will));
    }

    private void remove(ListenerLoop loop, StoredSession stored) {
        WriteBatch batch = new WriteBatch();
        context.tables().remove(batch, stored.clientId(), stored.subscriptions());
        for (String filter : replays.getOrDefault(stored.clientId(), Map.of()).keySet()) {
            context.replays().remove(batch, stored.clientId(), filter);
        }
        loop.journal().append(batch);
    }

    /** Packet identifiers, and queues of sessions and of shared subscriptions, that no session knows: the process ended between. */
    private void removeOrphans() {
        ListenerLoop first = loops.get(0);
        WriteBatch batch = new WriteBatch();
        packets.removeOrphans(batch);
        tasks.add(first.eventLoop().submit(() -> first.journal().append(batch)));
        for (MessageQueue queue : context.host().queues()) {
            QueueSettings settings = queue.settings();
            boolean inUse = switch (settings.purpose()) {
                case SHARED, SUBSCRIPTION -> true;
                case SESSION -> queuesInUse.contains(settings.name());
                case GROUP -> context.shared().hasQueue(settings);
            };
            if (inUse) continue;
            tasks.add(first.eventLoop().submit(() -> QueueRemoval.start(context.host(), first, settings.name())));
        }
    }
}
