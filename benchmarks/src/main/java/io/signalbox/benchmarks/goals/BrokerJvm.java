package io.signalbox.benchmarks.goals;

import io.signalbox.benchmarks.measure.HeapProbe;
import io.signalbox.benchmarks.wire.BrokerUrl;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A broker process on a data directory, with ports that the system chose; ended by its own pid. Used by one thread. */
public final class BrokerJvm implements AutoCloseable {

    private static final long START_SECONDS = 120;
    private static final long END_SECONDS = 60;
    private static final int KEPT_LINES = 20;

    private static final Pattern MQTT = Pattern.compile(" mqtt=127\\.0\\.0\\.1:(\\d+)");
    private static final Pattern AMQP = Pattern.compile(" amqp=127\\.0\\.0\\.1:(\\d+)");
    private static final Pattern HTTP = Pattern.compile(" http=127\\.0\\.0\\.1:(\\d+)");

    private final Process process;
    private final long startedNanos;
    private final HttpClient http = HttpClient.newHttpClient();
    private final CompletableFuture<String> ready = new CompletableFuture<>();
    private final Deque<String> printed = new ArrayDeque<>();
    private final BrokerUrl mqtt;
    private final BrokerUrl amqp;
    private final URI metrics;
    private final Thread reaper = new Thread(this::end, "end of the broker");

    /**
     * Starts one and waits until it serves.
     *
     * @param launch the command that becomes its JVM, without the broker's own arguments
     * @param settings what is said with {@code --set}
     */
    public BrokerJvm(List<String> launch, Path data, Map<String, String> settings) throws IOException {
        List<String> command = new ArrayList<>(launch);
        command.addAll(List.of("run", "--data", data.toString()));
        for (String listener : List.of("amqp", "mqtt", "http")) {
            command.addAll(List.of("--set", listener + ".host=127.0.0.1", "--set", listener + ".port=0"));
        }
        settings.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
        startedNanos = System.nanoTime();
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        Runtime.getRuntime().addShutdownHook(reaper);
        Thread reader = new Thread(this::read, "output of broker " + process.pid());
        reader.setDaemon(true);
        reader.start();
        try {
            String line = ready.get(START_SECONDS, TimeUnit.SECONDS);
            mqtt = BrokerUrl.parse("mqtt://127.0.0.1:" + port(MQTT, line));
            amqp = BrokerUrl.parse("amqp://127.0.0.1:" + port(AMQP, line));
            metrics = URI.create("http://127.0.0.1:" + port(HTTP, line) + "/metrics");
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
            throw new IOException("The run was stopped.", e);
        } catch (ExecutionException | TimeoutException | IOException e) {
            kill();
            throw new IOException("The broker does not get ready; it printed last:\n" + lastLines(), e);
        }
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                remember(line);
                if (line.contains("event=ready")) ready.complete(line);
            }
            ready.completeExceptionally(new IOException("the broker ended"));
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
    }

    private void remember(String line) {
        synchronized (printed) {
            if (printed.size() == KEPT_LINES) printed.removeFirst();
            printed.addLast(line);
        }
    }

    private String lastLines() {
        synchronized (printed) {
            return String.join("\n", printed);
        }
    }

    private static String port(Pattern pattern, String line) throws IOException {
        Matcher matcher = pattern.matcher(line);
        if (!matcher.find()) throw new IOException("no " + pattern + " in: " + line);
        return matcher.group(1);
    }

    public BrokerUrl mqtt() {
        return mqtt;
    }

    public BrokerUrl amqp() {
        return amqp;
    }

    public long pid() {
        return process.pid();
    }

    /** Since its command was started. */
    public double secondsSinceStart() {
        return (System.nanoTime() - startedNanos) / 1e9;
    }

    /** The sum of what a metric says, over all of its labels. */
    public double metric(String name) throws IOException {
        double sum = 0;
        boolean isThere = false;
        for (String line : metricsText().split("\n", -1)) {
            if (!line.startsWith(name + " ") && !line.startsWith(name + "{")) continue;
            sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
            isThere = true;
        }
        if (!isThere) throw new IOException("The broker has no metric " + name + ".");
        return sum;
    }

    private String metricsText() throws IOException {
        try {
            return http.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("The run was stopped.", e);
        }
    }

    /** Of live objects, after a full collection. */
    public long liveHeapBytes() throws IOException {
        return HeapProbe.of(process.pid()).liveBytes();
    }

    private void end() {
        process.destroyForcibly();
    }

    /** SIGKILL; returns when the process is gone. */
    public void kill() throws IOException {
        end();
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) throw new IOException("The broker does not end.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("The run was stopped.", e);
        }
    }

    @Override
    public void close() throws IOException {
        kill();
        Runtime.getRuntime().removeShutdownHook(reaper);
    }
}
