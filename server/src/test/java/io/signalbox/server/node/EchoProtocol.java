package io.signalbox.server.node;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.signalbox.broker.Broker;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.MessageFormat;
import io.signalbox.broker.message.NeutralView;
import io.signalbox.broker.security.Authenticator;
import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.Setting;
import io.signalbox.server.http.WebSocketUpgrade;
import io.signalbox.server.net.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A protocol that sends back what it gets, over TCP and WebSocket. */
record EchoProtocol(
        String name, Setting<String> hostSetting, Setting<Integer> portSetting, TlsAddress tlsAddress, byte formatId)
        implements Protocol {

    @Override
    public MessageFormat format() {
        return new MessageFormat() {
            @Override
            public byte id() {
                return formatId;
            }

            @Override
            public NeutralView neutralView(Envelope envelope, Body.Inline body) {
                return NeutralView.ofPayload(body, NeutralView.PayloadKind.BINARY);
            }
        };
    }

    @Override
    public ProtocolPort open(
            Transport transport, Broker broker, Authenticator authenticator, Configuration configuration)
            throws IOException {
        ChannelInitializer<Channel> child = new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new Echo());
            }
        };
        return new EchoPort(
                name, transport.listen(configuration.get(hostSetting), configuration.get(portSetting), child));
    }

    private record EchoPort(String name, Channel channel) implements ProtocolPort {
        @Override
        public InetSocketAddress address() {
            return (InetSocketAddress) channel.localAddress();
        }

        @Override
        public void attach(ChannelPipeline pipeline) {
            pipeline.addLast(new Echo());
        }

        @Override
        public int connections() {
            return 0;
        }

        @Override
        public int connectionsOf(String user) {
            return 0;
        }

        @Override
        public CompletionStage<?> recheckIdentities() {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public Optional<WebSocketUpgrade> webSocket() {
            return Optional.of(new WebSocketUpgrade("/" + name, List.of(name), this::attach));
        }

        @Override
        public CompletionStage<?> stop() {
            CompletableFuture<Void> closed = new CompletableFuture<>();
            channel.close().addListener(done -> closed.complete(null));
            return closed;
        }
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            context.writeAndFlush(bytes);
        }
    }
}
