package io.signalbox.mqtt;

import io.signalbox.mqtt.codec.ReasonCode;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What an MQTT listener counts since its start, and who is connected at this moment. Thread-safe. */
public final class MqttCounters {

    /** Connections accepted by the socket. */
    public final LongAdder connectionsOpened = new LongAdder();

    /** Connections that have ended, for whatever reason. */
    public final LongAdder connectionsClosed = new LongAdder();

    /** CONNECTs answered with success. */
    public final LongAdder connectsAccepted = new LongAdder();

    /** PUBLISH packets received. */
    public final LongAdder publishesReceived = new LongAdder();

    /** PUBLISH packets sent, repetitions included. */
    public final LongAdder publishesSent = new LongAdder();

    /** QoS 0 messages dropped because the client's socket did not take more. */
    public final LongAdder droppedSlowClient = new LongAdder();

    /** Messages not sent because the client takes no packet of their size (MQTT-3.1.2-25). */
    public final LongAdder droppedTooLarge = new LongAdder();

    /** Messages of other protocols whose address is no topic name. */
    public final LongAdder droppedNotATopic = new LongAdder();

    /** Messages of other protocols that could not be read, and so were sent to nobody. */
    public final LongAdder unreadable = new LongAdder();

    /** Retained messages of a new subscription that its session's queue refused. */
    public final LongAdder retainedNotReplayed = new LongAdder();

    /** QoS 0 messages and wills that were delivered but not retained, since no more may be retained. */
    public final LongAdder notRetained = new LongAdder();

    /** Acknowledgements of packet identifiers that were not in use. */
    public final LongAdder unknownAcknowledgements = new LongAdder();

    /** How often a connection was not read for a while because its publishes were unanswered. */
    public final LongAdder readingPaused = new LongAdder();

    /** Sessions taken over by a newer connection. */
    public final LongAdder takeovers = new LongAdder();

    /** Sessions that ended because nobody came back for them. */
    public final LongAdder sessionsExpired = new LongAdder();

    private final Map<ReasonCode, LongAdder> refusals = new ConcurrentHashMap<>();
    private final Map<String, Integer> connectionsByUser = new ConcurrentHashMap<>();

    /** Connections, publishes and subscriptions refused with this reason. */
    public LongAdder refusals(ReasonCode reason) {
        return refusals.computeIfAbsent(reason, first -> new LongAdder());
    }

    /** A client has proved to be this user; empty = nobody in particular. */
    void arrived(String user) {
        if (!user.isEmpty()) connectionsByUser.merge(user, 1, Integer::sum);
    }

    /** The connection of one that had {@link #arrived} has ended. */
    void left(String user) {
        connectionsByUser.computeIfPresent(user, (name, count) -> count == 1 ? null : count - 1);
    }

    /** Connections at this moment whose clients have proved to be this user. */
    int connectionsOf(String user) {
        return connectionsByUser.getOrDefault(user, 0);
    }

    /** All that was refused, by reason; those that never were are missing. */
    public Map<ReasonCode, LongAdder> refusals() {
        return Collections.unmodifiableMap(refusals);
    }
}
