package io.signalbox.server.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.signalbox.server.net.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP port: answers health and metrics itself and hands WebSocket upgrades to the listener whose path was asked for.
 * What a peer can make it hold is bounded: connections, seconds of silence, bytes of a request, one answer that it does not
 * read. Thread-safe.
 */
public final class HttpPort implements AutoCloseable {

    private static final int MAX_CONNECTIONS = 1024;
    private static final int MAX_REQUEST_LINE_BYTES = 4096;
    private static final int MAX_HEADER_BYTES = 8192;
    private static final int MAX_BODY_BYTES = 1 << 16;
    private static final int MAX_SILENCE_SECONDS = 60;

    private final HttpPages pages;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final List<WebSocketUpgrade> upgrades = new CopyOnWriteArrayList<>();
    private volatile @Nullable Channel port;

    private HttpPort(HttpPages pages) {
        this.pages = pages;
    }

    /**
     * Opens the port.
     *
     * @throws IOException if the port cannot be opened
     */
    public static HttpPort open(Transport transport, String host, int port, HttpPages pages) throws IOException {
        HttpPort opened = new HttpPort(pages);
        opened.port = transport.listen(host, port, new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                opened.attach(channel.pipeline());
            }
        });
        return opened;
    }

    /** Serves a channel; also one that was accepted elsewhere and carries HTTP inside TLS. On the channel's event loop. */
    public void attach(ChannelPipeline pipeline) {
        if (connections.size() >= MAX_CONNECTIONS) {
            pipeline.channel().close();
            return;
        }
        connections.add(pipeline.channel());
        addHandlers(pipeline, new HttpRequests(pages, connections, upgrades));
    }

    private static void addHandlers(ChannelPipeline pipeline, HttpRequests requests) {
        HttpDecoderConfig limits = new HttpDecoderConfig()
                .setMaxInitialLineLength(MAX_REQUEST_LINE_BYTES)
                .setMaxHeaderSize(MAX_HEADER_BYTES);
        pipeline.channel().config().setAutoRead(false);
        pipeline.addLast("idle", new IdleStateHandler(MAX_SILENCE_SECONDS, 0, 0, TimeUnit.SECONDS));
        pipeline.addLast("codec", new HttpServerCodec(limits));
        pipeline.addLast("aggregator", new HttpObjectAggregator(MAX_BODY_BYTES));
        pipeline.addLast("turns", new FlowControlHandler()); // hands one request on for each read
        pipeline.addLast("requests", requests);
    }

    /** From now on this listener takes the WebSocket connections to its path. */
    public void offer(WebSocketUpgrade upgrade) {
        upgrades.add(upgrade);
    }

    /** The port's address; its number is the actual one. */
    public InetSocketAddress address() {
        return (InetSocketAddress) port().localAddress();
    }

    private Channel port() {
        Channel open = port;
        if (open == null) throw new IllegalStateException("the port is not open yet");
        return open;
    }

    @Override
    public void close() {
        port().close().awaitUninterruptibly();
        connections.close().awaitUninterruptibly();
    }
}
