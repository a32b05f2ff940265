package io.signalbox.server.node;

import io.netty.channel.ChannelPipeline;
import io.signalbox.broker.Broker;
import io.signalbox.broker.security.Authenticator;
import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.Setting;
import io.signalbox.server.config.Settings;
import io.signalbox.server.http.HttpPages;
import io.signalbox.server.http.HttpPort;
import io.signalbox.server.net.Transport;
import io.signalbox.server.tls.TlsPort;
import io.signalbox.server.tls.TlsServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Opens what clients connect to: HTTP, the protocols, and each of them over TLS if there is a certificate. A port that cannot
 * be opened is one sentence with its cause and fix. Used by the starting thread.
 */
final class NodePorts {

    private final Configuration configuration;
    private final Transport transport;
    private final Optional<TlsServer> tls;

    NodePorts(Configuration configuration, Transport transport, Optional<TlsServer> tls) {
        this.configuration = configuration;
        this.transport = transport;
        this.tls = tls;
    }

    HttpPort openHttp(HttpPages pages) throws NodeFailure {
        String host = configuration.get(Settings.HTTP_HOST);
        try {
            return HttpPort.open(transport, host, configuration.get(Settings.HTTP_PORT), pages);
        } catch (IOException e) {
            throw portFailure(host, Settings.HTTP_PORT, e);
        }
    }

    /** The TLS twin of a port that is open. */
    Optional<TlsPort> openTls(String name, TlsAddress address, Consumer<ChannelPipeline> attach) throws NodeFailure {
        if (tls.isEmpty()) return Optional.empty();
        try {
            return Optional.of(TlsPort.open(transport, address.in(configuration), name, tls.get(), attach));
        } catch (IOException e) {
            throw portFailure(address.hostIn(configuration), address.port(), e);
        }
    }

    /** A protocol's port, with its twin if there is to be one. */
    ProtocolPort open(Protocol protocol, Broker broker, Authenticator authenticator) throws NodeFailure {
        ProtocolPort plain;
        try {
            plain = protocol.open(transport, broker, authenticator, configuration);
        } catch (IOException e) {
            throw portFailure(configuration.get(protocol.hostSetting()), protocol.portSetting(), e);
        }
        try {
            Optional<TlsPort> secured = openTls(protocol.name(), protocol.tlsAddress(), plain::attach);
            return secured.isEmpty() ? plain : new SecuredPort(plain, secured.get());
        } catch (NodeFailure e) {
            plain.stop().toCompletableFuture().join();
            throw e;
        }
    }

    private NodeFailure portFailure(String host, Setting<Integer> setting, IOException failure) {
        InetSocketAddress wanted = new InetSocketAddress(host, configuration.get(setting));
        String where = host + " port " + wanted.getPort();
        if (failure.getCause() instanceof BindException
                || String.valueOf(failure.getMessage()).contains("in use")) {
            String holder = PortHolder.of(wanted.getPort())
                    .map(process -> " (" + process + ")")
                    .orElse("");
            return new NodeFailure(
                    where + " is in use by another program" + holder + ", so " + setting.key()
                            + " cannot be opened. Stop that program, or take another port: --set " + setting.key() + "="
                            + (wanted.getPort() + 1),
                    failure);
        }
        return new NodeFailure(
                where + " (" + setting.key() + ") cannot be opened: " + failure.getMessage() + ".", failure);
    }

    /** The addresses for clients over TLS, all or none. */
    static Optional<StartReport.Tls> report(ProtocolPort amqp, ProtocolPort mqtt, Optional<TlsPort> http) {
        if (amqp.tlsAddress().isEmpty() || mqtt.tlsAddress().isEmpty() || http.isEmpty()) return Optional.empty();
        return Optional.of(new StartReport.Tls(
                amqp.tlsAddress().get(), mqtt.tlsAddress().get(), http.get().address()));
    }
}
