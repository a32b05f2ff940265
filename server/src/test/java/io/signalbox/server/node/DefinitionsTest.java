package io.signalbox.server.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.concurrent.BusyWaits;
import io.signalbox.broker.security.PasswordHash;
import io.signalbox.broker.store.MemoryStore;
import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.ConfigurationReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a start makes of a definitions file. */
@Timeout(60)
class DefinitionsTest {

    private static final String HASH = PasswordHash.of("secret").text();

    @TempDir
    private Path directory;

    private final MemoryStore store = new MemoryStore();
    private Node node;

    private void start(String definitions) throws Exception {
        Path file = Files.writeString(directory.resolve("definitions.json"), definitions);
        Configuration configuration = new ConfigurationReader()
                .flag("data.dir", directory.resolve("data").toString(), "")
                .flag("definitions.file", file.toString(), "")
                .flag("amqp.port", "0", "")
                .flag("mqtt.port", "0", "")
                .flag("http.port", "0", "")
                .finish();
        NodeParts parts = new NodeParts(
                (data, formats) -> store, BusyWaits.NONE, new AmqpProtocol(), new MqttProtocol(), Map.of());
        node = Node.start(configuration, parts, (done, total) -> {});
    }

    @AfterEach
    void stop() {
        if (node != null) node.stop();
    }

    private String failure(String definitions) {
        return assertThrows(NodeFailure.class, () -> start(definitions)).getMessage();
    }

    private static String users(String more) {
        return "{\"users\": [{\"name\": \"ann\", " + more + "}]}";
    }

    @Test
    void whatIsMissingIsMadeAndASecondStartFindsIt() throws Exception {
        String definitions = """
                {"users": [{"name": "ann", "hash": "%s"}],
                 "queues": [{"name": "readings"}],
                 "exchanges": [{"name": "shop", "type": "topic"}],
                 "bindings": [{"exchange": "topics", "queue": "readings", "key": "sensors/#"},
                              {"exchange": "shop", "queue": "readings", "key": "a.*"}]}
                """.formatted(HASH);
        start(definitions);
        assertEquals(SecurityState.SECURED, node.startReport().security().state());
        assertTrue(node.broker().defaultVirtualHost().queue("readings").isPresent());
        stop();
        long lsn = store.durableLsn();

        start(definitions);
        assertTrue(node.broker().defaultVirtualHost().exchange("shop").isPresent());
        assertEquals(1, node.broker().users().all().size());
        assertTrue(store.durableLsn() <= lsn + 2, "a start that finds all of it writes nothing of it again");
    }

    @Test
    void aPasswordIsHashedOnceAndRecognisedLater() throws Exception {
        start(users("\"password\": \"secret\""));
        PasswordHash hash = node.broker().users().find("ann").orElseThrow().hash();
        assertTrue(hash.matches("secret".getBytes(StandardCharsets.UTF_8)));
        stop();

        start(users("\"password\": \"secret\""));
        assertEquals(hash, node.broker().users().find("ann").orElseThrow().hash());
    }

    @Test
    void whatIsThereAndDifferentIsToldAndNothingIsMade() throws Exception {
        start("{\"users\": [{\"name\": \"ann\", \"hash\": \"" + HASH + "\"}],"
                + " \"exchanges\": [{\"name\": \"shop\", \"type\": \"topic\"}]}");
        stop();
        String failure = failure("""
                {"users": [{"name": "ann", "password": "another"}],
                 "queues": [{"name": "new"}],
                 "exchanges": [{"name": "shop", "type": "fanout"}],
                 "bindings": [{"exchange": "topics", "queue": "missing", "key": "a/#/b"},
                              {"exchange": "nowhere", "queue": "new"}]}
                """);

        assertTrue(failure.contains("5 problems"), failure);
        assertTrue(failure.contains("signalbox user passwd ann"), failure);
        assertTrue(failure.contains("line 3, column 25 "), failure);
        assertTrue(failure.contains("there is no queue missing"), failure);
        assertTrue(failure.contains("# is only allowed as the last level"), failure);
        assertTrue(failure.contains("there is no exchange nowhere"), failure);
        node = null;
        start("{}");
        assertTrue(node.broker().defaultVirtualHost().queue("new").isEmpty());
        assertEquals(1, node.broker().users().all().size(), "nothing is taken away");
    }
}
