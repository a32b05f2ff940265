package io.signalbox.server.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What the HTTP port shows: health for whoever supervises the process, metrics for Prometheus. Thread-safe. */
public final class HttpPages {

    /** A page. */
    record Page(HttpResponseStatus status, String contentType, byte[] body) {
        static Page text(HttpResponseStatus status, String sentence) {
            return new Page(status, "text/plain; charset=utf-8", (sentence + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    private final Health health;
    private final PrometheusRegistry metrics;
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.builder()
            .setIncludeCreatedTimestamps(false)
            .build();

    public HttpPages(Health health, PrometheusRegistry metrics) {
        this.health = health;
        this.metrics = metrics;
    }

    Page get(String path) {
        return switch (path) {
            case "/health/live" -> healthPage(health.whyNotLive(), "live");
            case "/health/ready" ->
                healthPage(
                        health.whyNotReady(),
                        health.restriction().map(what -> "ready; " + what).orElse("ready"));
            case "/metrics" -> metricsPage();
            case "/" -> Page.text(HttpResponseStatus.OK, "Signalbox: /health/live /health/ready /metrics");
            default -> Page.text(HttpResponseStatus.NOT_FOUND, "There is no page " + printable(path) + ".");
        };
    }

    boolean trustsThisMachine() {
        return health.trustsThisMachine();
    }

    private static Page healthPage(Optional<String> whyNot, String good) {
        return whyNot.map(sentence -> Page.text(HttpResponseStatus.SERVICE_UNAVAILABLE, sentence))
                .orElseGet(() -> Page.text(HttpResponseStatus.OK, good));
    }

    private Page metricsPage() {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try {
            writer.write(text, metrics.scrape(), EscapingScheme.UNDERSCORE_ESCAPING);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail to be written to
        }
        return new Page(HttpResponseStatus.OK, writer.getContentType(), text.toByteArray());
    }

    private static String printable(String path) {
        return path.replaceAll("[^\\x21-\\x7e]", "?");
    }
}
