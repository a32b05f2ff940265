package io.signalbox.server.node;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import io.signalbox.broker.Broker;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.QueueStatus;
import io.signalbox.broker.security.LoginCounters;
import io.signalbox.server.net.Transport;
import io.signalbox.server.tls.TlsServer;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** Names what the core and the store count; the numbers are read when someone scrapes. Thread-safe. */
public final class NodeMetrics {

    private final PrometheusRegistry registry;

    NodeMetrics(PrometheusRegistry registry) {
        this.registry = registry;
    }

    void addBroker(Broker broker) {
        counter(
                "signalbox_messages_published",
                "Messages that had a target and were taken.",
                broker.counters().published);
        counter("signalbox_messages_unroutable", "Messages that no binding matched.", broker.counters().unroutable);
        counter(
                "signalbox_publishers_parked",
                "How often a publisher had to wait for space in the log.",
                broker.counters().parked);
        counter(
                "signalbox_parked_messages_dropped",
                "Messages that still waited for space when their publisher left.",
                broker.counters().droppedParked);
        counter(
                "signalbox_direct_messages_dropped",
                "Messages to subscriptions without a queue whose consumer did not keep up or had gone.",
                broker.counters().droppedDirect);
        counter(
                "signalbox_messages_refused_memory",
                "Messages refused because the queues hold as much of the heap as they may.",
                broker.counters().refusedForMemory);
        counter(
                "signalbox_messages_refused_disk",
                "Messages refused, or at most once and dropped, because the disk had no room for them.",
                broker.counters().refusedForDisk);
        counter(
                "signalbox_messages_refused_queue_limit",
                "Messages refused because a queue held as much as its policy allows.",
                broker.counters().refusedForQueueLimit);
        gauge(
                "signalbox_queue_memory_bytes",
                "Heap that the queues hold, as they reckon it.",
                () -> broker.memory().heldBytes());
        gauge(
                "signalbox_queue_index_bytes",
                "Heap, of that, by which queues know which messages they have.",
                () -> broker.memory().indexBytes());
        gauge(
                "signalbox_queue_messages_index_on_disk",
                "Messages, counted once per queue, of which queues know by what is on disk.",
                () -> broker.memory().entriesOnDisk());
        gauge(
                "signalbox_retained_messages",
                "Topics that have a retained message.",
                () -> broker.defaultVirtualHost().retained().messages());
        gauge(
                "signalbox_retained_bytes",
                "Heap that retained messages hold, as they reckon it.",
                () -> broker.defaultVirtualHost().retained().bytes());
        addQueues(broker);
        addStore(broker);
    }

    private void addQueues(Broker broker) {
        gauge(
                "signalbox_queues",
                "Queues, those of MQTT sessions among them.",
                () -> broker.defaultVirtualHost().queues().size());
        gauge(
                "signalbox_queue_messages_ready",
                "Messages that wait for a consumer, over all queues.",
                () -> sum(broker, QueueStatus::ready));
        gauge(
                "signalbox_queue_messages_unsettled",
                "Messages a consumer has and has not settled, over all queues.",
                () -> sum(broker, QueueStatus::unsettled));
        gauge(
                "signalbox_queue_consumers",
                "Consumers attached, over all queues.",
                () -> sum(broker, QueueStatus::consumers));
        gauge(
                "signalbox_queue_resident_bytes",
                "Bytes of message bodies in memory, over all queues.",
                () -> sum(broker, QueueStatus::residentBytes));
        // Gauges, since a queue takes its numbers with it when it ends.
        gauge(
                "signalbox_queue_messages_expired",
                "Messages that nobody got in time, over all queues there are.",
                () -> sum(broker, QueueStatus::expired));
        gauge(
                "signalbox_queue_messages_rejected",
                "Messages that ended with the outcome rejected, over all queues there are.",
                () -> sum(broker, QueueStatus::rejected));
        gauge(
                "signalbox_queue_messages_dropped",
                "Messages at most once to consumers that were away or did not keep up, over all queues there are.",
                () -> sum(broker, QueueStatus::dropped));
        gauge(
                "signalbox_queue_messages_damaged",
                "Messages that nobody gets, since what the log has of them is not what was written, over all queues.",
                () -> sum(broker, QueueStatus::damaged));
        gauge(
                "signalbox_queue_messages_over_length",
                "Messages dropped because more waited than a policy's max-length or max-length-bytes, over all queues"
                        + " there are.",
                () -> sum(
                        broker,
                        status ->
                                status.overLimit().length() + status.overLimit().lengthBytes()));
        gauge(
                "signalbox_queue_messages_over_ttl",
                "Messages dropped because they had waited for longer than a policy's message-ttl, over all queues"
                        + " there are.",
                () -> sum(broker, status -> status.overLimit().messageTtl()));
        gauge(
                "signalbox_queue_settlements_stale",
                "Settlements of deliveries that were no longer current, over all queues there are.",
                () -> sum(broker, QueueStatus::staleSettlements));
    }

    private void addStore(Broker broker) {
        gauge(
                "signalbox_store_failed",
                "1 once the store has failed.",
                () -> broker.store().failure().isPresent() ? 1 : 0);
        gauge(
                "signalbox_store_disk_full",
                "1 while publishers are refused because the disk has no room for more.",
                () -> broker.store().shortage().isPresent() ? 1 : 0);
        gauge(
                "signalbox_store_free_bytes",
                "Bytes that can still be written, of the file system or of data.max-size, spare files of the log"
                        + " included.",
                () -> broker.store().status().freeBytes());
        gauge(
                "signalbox_store_disk_bytes",
                "Bytes of disk that the store occupies.",
                () -> broker.store().status().diskBytes());
        gauge(
                "signalbox_store_living_bytes",
                "About how many of them messages have that have not ended.",
                () -> broker.store().status().livingBytes());
        counter(
                "signalbox_store_copied_bytes",
                "Bytes of messages that were copied to free the disk of what lay around them.",
                () -> broker.store().status().copiedBytes());
        counter(
                "signalbox_store_scrubbed_bytes",
                "Bytes of the log that were read again to see whether they are still what was written.",
                () -> broker.store().status().scrubbedBytes());
        gauge(
                "signalbox_store_damaged_places",
                "Places of the log where since the start something else was found than was written; the log says"
                        + " where.",
                () -> broker.store().status().damagedPlaces());
        counter(
                "signalbox_store_forces",
                "How often the log was forced to disk.",
                () -> broker.store().status().forces());
        counter(
                "signalbox_store_forced_bytes",
                "Bytes that those forces made durable.",
                () -> broker.store().status().forcedBytes());
        gauge(
                "signalbox_store_last_force_seconds",
                "How long the latest force took.",
                () -> Unit.nanosToSeconds(broker.store().status().lastForceNanos()));
    }

    /** Connections by protocol; the label's values are the protocols, so there are few. */
    void addPorts(Map<String, ProtocolPort> ports) {
        GaugeWithCallback.builder()
                .name("signalbox_connections")
                .help("Connections open, by protocol.")
                .labelNames("protocol")
                .callback(sample -> ports.forEach((protocol, port) -> sample.call(port.connections(), protocol)))
                .register(registry);
        for (ProtocolPort port : ports.values()) port.addMetrics(this);
    }

    void addSecurity(Security security) {
        gauge(
                "signalbox_users",
                "Users who may log in.",
                () -> security.report().users());
        gauge(
                "signalbox_open_to_everybody",
                "1 if other machines may connect without a password.",
                () -> security.report().state() == SecurityState.OPEN ? 1 : 0);
        LoginCounters counters = security.counters();
        counter("signalbox_logins_welcomed", "Peers let in, with a password or without.", counters.welcomed);
        counter("signalbox_logins_refused", "Peers refused for what they showed of themselves.", counters.refused);
        counter("signalbox_logins_busy", "Logins not looked at because too many waited.", counters.busy);
        counter(
                "signalbox_logins_throttled",
                "Logins not looked at because too many from their address had failed.",
                counters.throttled);
        counter(
                "signalbox_passwords_checked",
                "Passwords checked the slow way, as nobody had proved them before.",
                counters.passwordsChecked);
    }

    void addTls(TlsServer tls) {
        counter("signalbox_tls_handshakes", "TLS handshakes that succeeded.", tls.handshakes());
        counter(
                "signalbox_tls_failed_handshakes",
                "Connections to TLS ports that ended before their handshake did.",
                tls.failures());
        gauge(
                "signalbox_tls_certificate_expiry_seconds",
                "When the certificate in use expires, in seconds since 1970.",
                () -> tls.identity().expiry().getEpochSecond());
    }

    void addLoops(LoopWatch loops, Transport transport) {
        gauge(
                "signalbox_event_loop_lag_seconds",
                "How late the latest event loop is with its turn.",
                () -> Unit.nanosToSeconds(loops.worstLagNanos()));
        gauge(
                "signalbox_event_loop_longest_turn_seconds",
                "The longest turn of an event loop in the last one to two minutes; its connections have waited for it.",
                () -> Unit.nanosToSeconds(transport.longestTurnNanos()));
        counter(
                "signalbox_event_loop_long_turns",
                "Turns of an event loop that took 50 ms or more.",
                transport.longTurns());
    }

    private static long sum(Broker broker, ToLongFunction<QueueStatus> value) {
        return broker.defaultVirtualHost().queues().stream()
                .map(MessageQueue::status)
                .mapToLong(value)
                .sum();
    }

    /** A number that only grows; the text format adds {@code _total} to its name. */
    void counter(String name, String help, LongAdder value) {
        counter(name, help, value::sum);
    }

    /** Numbers that only grow, one for each value of a label; the values are a closed set, so there are few. */
    <E extends Enum<E>> void counters(String name, String help, String label, Supplier<Map<E, LongAdder>> values) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(label)
                .callback(sample -> values.get().forEach((of, value) -> sample.call((double) value.sum(), of.name())))
                .register(registry);
    }

    private void counter(String name, String help, DoubleSupplier value) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .callback(sample -> sample.call(value.getAsDouble()))
                .register(registry);
    }

    /** A number that goes up and down. */
    void gauge(String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(sample -> sample.call(value.getAsDouble()))
                .register(registry);
    }
}
