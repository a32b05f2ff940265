package io.signalbox.benchmarks.wire;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/** Where a broker listens and who logs in: {@code mqtt://user:password@host:port} or {@code amqp://…}. */
public record BrokerUrl(String scheme, String host, int port, Optional<String> user, Optional<String> password) {

    /**
     * @throws IllegalArgumentException if the text is no such URL
     */
    public static BrokerUrl parse(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("\"" + text + "\" is no URL: " + e.getReason(), e);
        }
        int port = uri.getPort();
        String host = uri.getHost();
        if (host == null || uri.getScheme() == null) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" names no broker; write mqtt://host:port or amqp://user:password@host:port.");
        }
        switch (uri.getScheme()) {
            case "mqtt" -> port = port < 0 ? 1883 : port;
            case "amqp" -> port = port < 0 ? 5672 : port;
            default ->
                throw new IllegalArgumentException(
                        "\"" + text + "\" begins with neither mqtt:// nor amqp://, which are what can be measured.");
        }
        String userInfo = uri.getUserInfo() == null ? "" : uri.getUserInfo();
        int colon = userInfo.indexOf(':');
        String user = colon < 0 ? userInfo : userInfo.substring(0, colon);
        String password = colon < 0 ? "" : userInfo.substring(colon + 1);
        return new BrokerUrl(uri.getScheme(), host, port, nonEmpty(user), nonEmpty(password));
    }

    private static Optional<String> nonEmpty(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(host, port);
    }
}
