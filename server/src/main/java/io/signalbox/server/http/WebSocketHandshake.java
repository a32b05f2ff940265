package io.signalbox.server.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.signalbox.server.http.HttpPages.Page;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** The opening handshake (RFC 6455 §4.2): turns an HTTP connection into a {@link WebSocketStream}. Stateless. */
final class WebSocketHandshake {

    /** The one version there is. */
    static final String VERSION = "13";

    private static final String ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int KEY_BYTES = 16;

    private WebSocketHandshake() {}

    /** Why this request does not become a WebSocket; empty if it may. */
    static Optional<Page> refusal(FullHttpRequest request, WebSocketUpgrade upgrade) {
        HttpHeaders headers = request.headers();
        if (!headers.contains(HttpHeaderNames.SEC_WEBSOCKET_VERSION, VERSION, true)) { // RFC 6455 §4.4
            return refusal(HttpResponseStatus.UPGRADE_REQUIRED, "WebSocket is spoken here in version 13.");
        }
        if (!request.method().equals(HttpMethod.GET)
                || !headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                || !isKey(headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY, ""))) { // RFC 6455 §4.2.1
            return refusal(HttpResponseStatus.BAD_REQUEST, "This is not the opening handshake of a WebSocket.");
        }
        if (subprotocol(headers, upgrade).isEmpty()) { // MQTT-6.0.0-3
            return refusal(
                    HttpResponseStatus.BAD_REQUEST,
                    "On this path a WebSocket client has to offer one of these subprotocols: "
                            + String.join(", ", upgrade.subprotocols()));
        }
        return Optional.empty();
    }

    private static Optional<Page> refusal(HttpResponseStatus status, String sentence) {
        return Optional.of(Page.text(status, sentence));
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** MQTT-6.0.0-4: the listener's choice, not the client's order, decides among what is offered. */
    private static Optional<String> subprotocol(HttpHeaders headers, WebSocketUpgrade upgrade) {
        return upgrade.subprotocols().stream()
                .filter(wanted -> headers.containsValue(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, wanted, false))
                .findFirst();
    }

    /** Answers a request that was not refused, and hands the connection to the listener. */
    static void accept(ChannelHandlerContext context, FullHttpRequest request, WebSocketUpgrade upgrade) {
        HttpHeaders asked = request.headers();
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
        response.headers()
                .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, acceptValue(asked.get(HttpHeaderNames.SEC_WEBSOCKET_KEY)))
                .set(
                        HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL,
                        subprotocol(asked, upgrade).orElseThrow());
        context.writeAndFlush(response);
        context.channel().config().setAutoRead(true); // from now on the listener decides
        ChannelPipeline pipeline = context.pipeline();
        pipeline.addLast("websocket", new WebSocketStream());
        upgrade.attach().accept(pipeline);
        // The codec goes last: what it has read beyond the request then finds its reader.
        for (String handler : List.of("idle", "requests", "turns", "aggregator", "codec")) pipeline.remove(handler);
    }

    /** RFC 6455 §4.2.2 item 5.4; the hash proves that the request was understood, and protects nothing. */
    private static String acceptValue(String key) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            byte[] hash = sha1.digest((key + ACCEPT_GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }
}
