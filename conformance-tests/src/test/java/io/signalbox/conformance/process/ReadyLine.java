package io.signalbox.conformance.process;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The line a broker prints when it serves and no terminal is attached: {@code event=ready pid=… amqp=host:port …}.
 *
 * @param startMillis from the start of the JVM to readiness
 */
record ReadyLine(long pid, InetSocketAddress amqp, InetSocketAddress mqtt, InetSocketAddress http, long startMillis) {

    static boolean isOne(String line) {
        return line.startsWith("event=ready ");
    }

    static ReadyLine parse(String line) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String word : line.split(" ")) {
            int equals = word.indexOf('=');
            if (equals > 0) fields.put(word.substring(0, equals), word.substring(equals + 1));
        }
        return new ReadyLine(
                Long.parseLong(field(fields, "pid", line)),
                address(field(fields, "amqp", line)),
                address(field(fields, "mqtt", line)),
                address(field(fields, "http", line)),
                Long.parseLong(field(fields, "ms", line)));
    }

    private static String field(Map<String, String> fields, String key, String line) {
        String value = fields.get(key);
        if (value == null) throw new AssertionError("no " + key + " in the ready line: " + line);
        return value;
    }

    private static InetSocketAddress address(String authority) {
        int colon = authority.lastIndexOf(':');
        String host = authority.substring(0, colon).replaceAll("[\\[\\]]", "");
        return new InetSocketAddress(host, Integer.parseInt(authority.substring(colon + 1)));
    }
}
