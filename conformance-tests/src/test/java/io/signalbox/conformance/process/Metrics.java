package io.signalbox.conformance.process;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** The numbers that a broker shows to Prometheus, at one moment. Immutable. */
public record Metrics(String text) {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    public static Metrics of(InetSocketAddress http) throws IOException, InterruptedException {
        URI uri = URI.create("http://" + http.getHostString() + ":" + http.getPort() + "/metrics");
        return new Metrics(CLIENT.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                .body());
    }

    /** @param name of a metric without labels */
    public double value(String name) {
        return text.lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in:\n" + text));
    }
}
