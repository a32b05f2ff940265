package io.signalbox.server.node;

import io.netty.channel.ChannelPipeline;
import io.signalbox.server.http.WebSocketUpgrade;
import io.signalbox.server.tls.TlsPort;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A protocol's port with its twin that speaks TLS: one listener behind both, and one end. Thread-safe. */
record SecuredPort(ProtocolPort plain, TlsPort tls) implements ProtocolPort {

    @Override
    public InetSocketAddress address() {
        return plain.address();
    }

    @Override
    public Optional<InetSocketAddress> tlsAddress() {
        return Optional.of(tls.address());
    }

    @Override
    public void attach(ChannelPipeline pipeline) {
        plain.attach(pipeline);
    }

    @Override
    public int connections() {
        return plain.connections();
    }

    @Override
    public int connectionsOf(String user) {
        return plain.connectionsOf(user);
    }

    @Override
    public CompletionStage<?> recheckIdentities() {
        return plain.recheckIdentities();
    }

    @Override
    public void addMetrics(NodeMetrics metrics) {
        plain.addMetrics(metrics);
    }

    @Override
    public Optional<WebSocketUpgrade> webSocket() {
        return plain.webSocket();
    }

    @Override
    public CompletionStage<?> stop() {
        tls.close();
        return plain.stop();
    }
}
