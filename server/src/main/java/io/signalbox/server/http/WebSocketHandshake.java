package io.signalbox.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.MessageToMessageCodec;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import java.util.List;

/** Turns an HTTP connection into a stream of bytes carried by binary WebSocket messages (RFC 6455). Stateless. */
final class WebSocketHandshake {

    /** The bytes of one frame; a listener's own packets may be larger, and come in several (MQTT-6.0.0-2). */
    private static final int MAX_FRAME_BYTES = 1 << 16;

    private WebSocketHandshake() {}

    static void accept(ChannelHandlerContext context, FullHttpRequest request, WebSocketUpgrade upgrade) {
        WebSocketDecoderConfig limits = WebSocketDecoderConfig.newBuilder()
                .maxFramePayloadLength(MAX_FRAME_BYTES)
                .allowExtensions(false)
                .build();
        WebSocketServerHandshaker handshaker =
                new WebSocketServerHandshakerFactory(null, upgrade.subprotocol(), limits).newHandshaker(request);
        if (handshaker == null) {
            WebSocketServerHandshakerFactory.sendUnsupportedVersionResponse(context.channel());
            return;
        }
        ChannelPipeline pipeline = context.pipeline();
        handshaker.handshake(context.channel(), request).addListener(done -> {
            if (!done.isSuccess()) {
                context.close();
                return;
            }
            pipeline.addLast("websocket-bytes", new Bytes());
            pipeline.remove("idle");
            pipeline.remove("requests");
            upgrade.attach(pipeline);
        });
    }

    /** Frames to bytes and bytes to frames. Confined to the connection's event loop. */
    private static final class Bytes extends MessageToMessageCodec<WebSocketFrame, ByteBuf> {
        @Override
        protected void encode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out) {
            out.add(new BinaryWebSocketFrame(bytes.retain()));
        }

        @Override
        protected void decode(ChannelHandlerContext context, WebSocketFrame frame, List<Object> out) {
            if (frame instanceof BinaryWebSocketFrame || frame instanceof ContinuationWebSocketFrame) {
                out.add(frame.content().retain());
            } else if (frame instanceof PingWebSocketFrame) {
                context.writeAndFlush(new PongWebSocketFrame(frame.content().retain()));
            } else if (frame instanceof TextWebSocketFrame) {
                context.close(); // MQTT-6.0.0-1: data frames are binary
            } else if (frame instanceof CloseWebSocketFrame) {
                context.writeAndFlush(
                        new CloseWebSocketFrame(true, 0, frame.content().retain()));
                context.close();
            }
        }
    }
}
