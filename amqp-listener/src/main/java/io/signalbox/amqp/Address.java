package io.signalbox.amqp;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Symbol;

/**
 * What an AMQP address names, as far as its own text and the terminus's capabilities say (design: a capability, a prefix or
 * a path decides; else it is {@link Unmarked}). Names are kept as written; only the path forms are percent-decoded, as
 * their convention demands. Immutable.
 */
sealed interface Address {

    String QUEUE_PREFIX = "queue://";
    String TOPIC_PREFIX = "topic://";
    String QUEUE_PATH = "/queues/";
    String TOPIC_PATH = "/topics/";
    String EXCHANGE_PATH = "/exchanges/";

    /** A queue by name. */
    record Queue(String name) implements Address {}

    /** A topic or, in a source, a topic filter. */
    record Topic(String name) implements Address {}

    /** An exchange; without a key, each message's subject is its routing key. */
    record Exchange(String name, Optional<String> key) implements Address {}

    /** A bare name: what exists decides. */
    record Unmarked(String name) implements Address {}

    /** Reads an address. The capabilities are those of the terminus, possibly none. */
    static Address parse(String text, Symbol[] capabilities) {
        if (text.startsWith(QUEUE_PREFIX)) return new Queue(text.substring(QUEUE_PREFIX.length()));
        if (text.startsWith(TOPIC_PREFIX)) return new Topic(text.substring(TOPIC_PREFIX.length()));
        for (Symbol capability : capabilities) {
            switch (capability.toString().toLowerCase(Locale.ROOT)) {
                case "queue", "temporary-queue" -> {
                    return new Queue(text);
                }
                case "topic", "temporary-topic" -> {
                    return new Topic(text);
                }
                default -> {} // others say something else about the node
            }
        }
        if (text.startsWith(QUEUE_PATH)) return new Queue(decode(text.substring(QUEUE_PATH.length())));
        if (text.startsWith(TOPIC_PATH)) return new Topic(decode(text.substring(TOPIC_PATH.length())));
        if (text.startsWith(EXCHANGE_PATH)) return exchange(text.substring(EXCHANGE_PATH.length()));
        return new Unmarked(text);
    }

    private static Address exchange(String path) {
        int slash = path.indexOf('/');
        if (slash < 0) return new Exchange(decode(path), Optional.empty());
        return new Exchange(decode(path.substring(0, slash)), Optional.of(decode(path.substring(slash + 1))));
    }

    /** RFC 3986 percent-decoding; text that is not validly encoded stands for itself. */
    static String decode(String text) {
        if (text.indexOf('%') < 0) return text;
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8); // '+' is itself in a path
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
