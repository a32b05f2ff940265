package io.signalbox.mqtt;

import io.signalbox.broker.VirtualHost;
import io.signalbox.broker.concurrent.Throttle;
import io.signalbox.broker.queue.MemoryBudget;
import io.signalbox.broker.security.Authenticator;
import java.time.InstantSource;

/**
 * What all connections of a listener share. Immutable; its parts are thread-safe.
 *
 * @param complaints lets through what of clients' mistakes is told in the log
 * @param refusedLogins lets through what of refused logins is told in the log
 */
record ListenerContext(
        VirtualHost host,
        Authenticator authenticator,
        InstantSource clock,
        MqttSettings settings,
        MqttCounters counters,
        SessionTables tables,
        Retention retention,
        ReplayTable replays,
        MemoryBudget memory,
        WillTable wills,
        SessionRegistry registry,
        SharedSubscriptions shared,
        Throttle complaints,
        Throttle refusedLogins) {}
