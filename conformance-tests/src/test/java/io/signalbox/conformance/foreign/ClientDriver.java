package io.signalbox.conformance.foreign;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.OutputLines;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A running program that drives a client: requests go to its input and answers come from its output, a JSON object a line.
 * One program drives many connections; a test that kills it starts one of its own. Thread-safe.
 */
final class ClientDriver implements AutoCloseable {

    private static final Map<ForeignClient, ClientDriver> SHARED = new ConcurrentHashMap<>();

    private final ForeignClient client;
    private final Process process;
    private final BufferedWriter requests;
    private final OutputLines errors;
    private final AtomicLong lastId = new AtomicLong();
    private final Map<Long, CompletableFuture<Map<String, Object>>> asked = new ConcurrentHashMap<>();
    private final Map<String, Consumer<Map<String, Object>>> listeners = new ConcurrentHashMap<>();

    private ClientDriver(ForeignClient client, Process process) {
        this.client = client;
        this.process = process;
        this.requests = process.outputWriter(StandardCharsets.UTF_8);
        this.errors = OutputLines.of(process.getErrorStream(), client.toString());
        Thread reader = new Thread(this::readAll, "answers of " + client);
        reader.setDaemon(true);
        reader.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    }

    /** The one that tests share which do not kill it. */
    static ClientDriver shared(ForeignClient client) {
        return SHARED.compute(
                client, (key, running) -> running != null && running.process.isAlive() ? running : start(client));
    }

    static ClientDriver start(ForeignClient client) {
        client.require();
        try {
            return new ClientDriver(client, client.driver().start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void readAll() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) read(Json.read(line));
        } catch (IOException | RuntimeException e) {
            failAll(String.valueOf(e));
        }
        failAll("it has ended");
    }

    private void read(Map<String, Object> answer) {
        if (answer.get("event") != null) {
            Consumer<Map<String, Object>> listener = listeners.get(String.valueOf(answer.get("on")));
            if (listener != null) listener.accept(answer);
            return;
        }
        CompletableFuture<Map<String, Object>> future = asked.remove((Long) answer.get("id"));
        if (future == null) return; // a client may connect again by itself
        Object error = answer.get("error");
        if (error == null) future.complete(answer);
        else future.completeExceptionally(new ClientFailure(client + ": " + error));
    }

    private void failAll(String why) {
        asked.values()
                .forEach(future -> future.completeExceptionally(
                        new ClientFailure(client + ": " + why + "; it printed:\n" + errors)));
    }

    /** Takes events of a connection or link from now on, on the thread that reads them. */
    String listen(Consumer<Map<String, Object>> listener) {
        String name = "n" + lastId.incrementAndGet();
        listeners.put(name, listener);
        return name;
    }

    /** Asks for something to be done on a connection or link; the future fails with a {@link ClientFailure}. */
    CompletableFuture<Map<String, Object>> ask(String action, String on, Map<String, ?> arguments) {
        Map<String, Object> request = new LinkedHashMap<>(arguments);
        long id = lastId.incrementAndGet();
        request.put("id", id);
        request.put("do", action);
        request.put("on", on);
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        asked.put(id, answer);
        try {
            send(Json.write(request));
        } catch (IOException e) {
            failAll("it takes no requests any more: " + e.getMessage());
        }
        return answer;
    }

    private synchronized void send(String line) throws IOException {
        requests.write(line);
        requests.write('\n');
        requests.flush();
    }

    /** The answer, within the usual limit. */
    Map<String, Object> call(String action, String on, Map<String, ?> arguments) {
        return Await.get(client + " " + action, ask(action, on, arguments));
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
        Await.until("the end of " + client, () -> !process.isAlive());
    }

    @Override
    public void close() {
        kill();
    }
}
