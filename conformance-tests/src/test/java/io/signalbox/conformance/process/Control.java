package io.signalbox.conformance.process;

import io.signalbox.server.control.ControlClient;
import io.signalbox.server.control.ControlMessage;
import io.signalbox.server.control.ControlSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The verbs of the command line over the broker's control socket, each on a connection of its own. Thread-safe. */
public final class Control {

    /** What a refusal says when there is no such thing. */
    private static final long NOT_FOUND = 3;

    private final Path socket;

    private Control(Path socket) {
        this.socket = socket;
    }

    /** The verbs of the broker that runs on a data directory. */
    public static Control of(Path dataDirectory) {
        return new Control(ControlSocket.in(dataDirectory));
    }

    /** Adds a durable queue; it is on disk when this returns. */
    public void addQueue(String queue) {
        ask(ControlMessage.of("queue-add").with("queue", queue));
    }

    /** Lets a queue receive what is published to topics that match. */
    public void bindQueue(String queue, String topicFilter) {
        ask(ControlMessage.of("queue-bind")
                .with("queue", queue)
                .with("exchange", "topics")
                .with("key", topicFilter));
    }

    /** Removes every queue with the messages that it holds; one that goes by itself meanwhile is gone as well. */
    public void removeAllQueues() {
        for (String queue : queueDepths().keySet()) {
            ControlMessage answer =
                    answerTo(ControlMessage.of("queue-rm").with("queue", queue).with("messages", "delete"));
            boolean wasGone = answer.number("exit").orElse(0L) == NOT_FOUND;
            if (!wasGone) requireDone(answer);
        }
    }

    /** How many messages each queue holds, by name. */
    public Map<String, Long> queueDepths() {
        Map<String, Long> depths = new LinkedHashMap<>();
        try (ControlClient client = ControlClient.connect(socket)) {
            client.send(ControlMessage.of("queue-ls"));
            for (ControlMessage row = receive(client); row.kind().equals("queue"); row = receive(client)) {
                depths.put(row.requiredText("queue"), row.number("messages").orElseThrow());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return depths;
    }

    /** How many messages a queue holds; a queue that is not there fails. */
    public long depth(String queue) {
        Long depth = queueDepths().get(queue);
        if (depth == null)
            throw new AssertionError(
                    "no queue " + queue + " among " + queueDepths().keySet());
        return depth;
    }

    private void ask(ControlMessage request) {
        requireDone(answerTo(request));
    }

    private ControlMessage answerTo(ControlMessage request) {
        try (ControlClient client = ControlClient.connect(socket)) {
            client.send(request);
            return receiveAny(client);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ControlMessage receive(ControlClient client) throws IOException {
        return requireDone(receiveAny(client));
    }

    private static ControlMessage receiveAny(ControlClient client) throws IOException {
        return client.receive().orElseThrow(() -> new IOException("the broker closed the control socket"));
    }

    private static ControlMessage requireDone(ControlMessage answer) {
        if (answer.kind().equals("refused")) throw new AssertionError("the broker refused: " + answer);
        return answer;
    }
}
