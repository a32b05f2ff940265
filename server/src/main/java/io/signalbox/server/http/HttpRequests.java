package io.signalbox.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.IdleStateEvent;
import io.signalbox.server.http.HttpPages.Page;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP connection's requests: the next is read when the answer to the last has been written, so that who asks and does not
 * read is not answered further. Confined to the connection's event loop.
 */
final class HttpRequests extends SimpleChannelInboundHandler<FullHttpRequest> {

    private static final Logger LOG = LoggerFactory.getLogger(HttpRequests.class);

    private static final Set<String> LOCAL_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

    private final HttpPages pages;
    private final ChannelGroup connections;
    private final List<WebSocketUpgrade> upgrades;
    private boolean answering;

    HttpRequests(HttpPages pages, ChannelGroup connections, List<WebSocketUpgrade> upgrades) {
        this.pages = pages;
        this.connections = connections;
        this.upgrades = upgrades;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        if (context.channel().isActive()) context.read(); // inside TLS it has long been so
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        context.read();
    }

    /** What the socket had was less than a request, or a read that was asked for meanwhile is forgotten with it. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (!answering) context.read();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        answering = true;
        if (request.decoderResult().isFailure()) {
            answer(context, request, Page.text(HttpResponseStatus.BAD_REQUEST, "This is not an HTTP request."));
        } else if (isFromThisMachine(context) && pages.trustsThisMachine() && isForeign(request.headers())) {
            answer(
                    context,
                    request,
                    Page.text(
                            HttpResponseStatus.MISDIRECTED_REQUEST,
                            "On this machine, as long as nobody has to log in, this port is asked for as localhost or 127.0.0.1"
                                    + " only."));
        } else if (request.headers().containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)) {
            upgrade(context, request);
        } else if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
            answer(context, request, Page.text(HttpResponseStatus.METHOD_NOT_ALLOWED, "Pages are read with GET."));
        } else {
            answer(context, request, pages.get(path(request)));
        }
    }

    private static boolean isFromThisMachine(ChannelHandlerContext context) {
        return context.channel().remoteAddress() instanceof InetSocketAddress remote
                && remote.getAddress().isLoopbackAddress();
    }

    /**
     * Whether a browser asks on behalf of another site: that site's name may have been made to resolve to 127.0.0.1, and
     * then stands in Host; or its page opens a WebSocket to this machine, and then its name stands in Origin.
     */
    private static boolean isForeign(HttpHeaders headers) {
        String origin = headers.get(HttpHeaderNames.ORIGIN);
        if (origin != null && !isLocalName(origin.replaceFirst("^https?://", ""))) return true;
        return !isLocalName(headers.get(HttpHeaderNames.HOST, ""));
    }

    private static boolean isLocalName(String host) {
        int colon = host.lastIndexOf(':');
        boolean hasPort = colon > 0 && colon > host.lastIndexOf(']');
        return LOCAL_NAMES.contains((hasPort ? host.substring(0, colon) : host).toLowerCase(Locale.ROOT));
    }

    private static String path(FullHttpRequest request) {
        int query = request.uri().indexOf('?');
        return query < 0 ? request.uri() : request.uri().substring(0, query);
    }

    private void upgrade(ChannelHandlerContext context, FullHttpRequest request) {
        for (WebSocketUpgrade upgrade : upgrades) {
            if (!upgrade.path().equals(path(request))) continue;
            Optional<Page> refusal = WebSocketHandshake.refusal(request, upgrade);
            if (refusal.isPresent()) {
                answer(context, request, refusal.get());
            } else {
                connections.remove(context.channel()); // from now on it is the listener's to count and to close
                WebSocketHandshake.accept(context, request, upgrade);
            }
            return;
        }
        answer(
                context,
                request,
                Page.text(HttpResponseStatus.NOT_FOUND, "Nobody takes WebSocket connections on this path."));
    }

    private void answer(ChannelHandlerContext context, FullHttpRequest request, Page page) {
        boolean isHead = request.method().equals(HttpMethod.HEAD);
        ByteBuf body = isHead ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(page.body());
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, page.status(), body);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, page.contentType())
                .setInt(HttpHeaderNames.CONTENT_LENGTH, page.body().length)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set("x-content-type-options", "nosniff");
        if (page.status().equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
            response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
        }
        if (page.status().equals(HttpResponseStatus.UPGRADE_REQUIRED)) {
            response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, WebSocketHandshake.VERSION);
        }
        boolean keepAlive =
                HttpUtil.isKeepAlive(request) && request.decoderResult().isSuccess();
        HttpUtil.setKeepAlive(response, keepAlive);
        context.writeAndFlush(response)
                .addListener(keepAlive ? written -> readNext(context) : ChannelFutureListener.CLOSE);
    }

    private void readNext(ChannelHandlerContext context) {
        answering = false;
        context.read();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent) context.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("event=http_connection_failed remote={}", context.channel().remoteAddress(), cause);
        context.close();
    }
}
