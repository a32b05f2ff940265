package io.signalbox.server.node;

import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.Setting;
import io.signalbox.server.config.Settings;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * The settings that say where something is served over TLS. Immutable.
 *
 * @param host of its own; the host without TLS if there is none
 */
public record TlsAddress(Setting<String> plainHost, Setting<Optional<String>> host, Setting<Integer> port) {

    static final TlsAddress AMQP = new TlsAddress(Settings.AMQP_HOST, Settings.AMQP_TLS_HOST, Settings.AMQP_TLS_PORT);
    static final TlsAddress MQTT = new TlsAddress(Settings.MQTT_HOST, Settings.MQTT_TLS_HOST, Settings.MQTT_TLS_PORT);
    static final TlsAddress HTTP = new TlsAddress(Settings.HTTP_HOST, Settings.HTTP_TLS_HOST, Settings.HTTP_TLS_PORT);

    static final List<TlsAddress> ALL = List.of(AMQP, MQTT, HTTP);

    /** The host that this configuration means. */
    String hostIn(Configuration configuration) {
        return configuration.get(host).orElseGet(() -> configuration.get(plainHost));
    }

    /** The address that this configuration means. */
    InetSocketAddress in(Configuration configuration) {
        return new InetSocketAddress(hostIn(configuration), configuration.get(port));
    }
}
