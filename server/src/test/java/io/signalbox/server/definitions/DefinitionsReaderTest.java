package io.signalbox.server.definitions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.queue.QueueLimits;
import io.signalbox.broker.queue.QueueLimits.Overflow;
import io.signalbox.broker.queue.QueuePolicy;
import io.signalbox.broker.queue.QueuePolicy.Scope;
import io.signalbox.broker.routing.ExchangeType;
import io.signalbox.server.config.ConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a definitions file may say, and what is said of one that cannot be used. */
class DefinitionsReaderTest {

    @TempDir
    private Path directory;

    private Definitions read(String json) throws Exception {
        return DefinitionsReader.read(Files.writeString(directory.resolve("d.json"), json));
    }

    private String problems(String json) {
        return assertThrows(ConfigurationException.class, () -> read(json)).getMessage();
    }

    @Test
    void everythingThatCanBeDefinedIsRead() throws Exception {
        Definitions read = read("""
                {
                  "users": [{"name": "ann", "password": "secret"}],
                  "queues": [{"name": "readings"}, {"name": "orders"}],
                  "exchanges": [{"name": "shop", "type": "topic"}],
                  "bindings": [{"exchange": "topics", "queue": "readings", "key": "sensors/+/temperature"},
                               {"exchange": "amq.fanout", "queue": "orders"}]
                }
                """);

        assertEquals("ann", read.users.get(0).name());
        assertEquals(2, read.queues.size());
        assertEquals(ExchangeType.TOPIC, read.exchanges.get(0).type());
        assertEquals("sensors/+/temperature", read.bindings.get(0).key());
        assertEquals("", read.bindings.get(1).key());
    }

    @Test
    void anEmptyObjectDefinesNothing() throws Exception {
        assertFalse(read("{}").hasUsers());
        assertFalse(read("\uFEFF{}").hasUsers(), "a byte order mark says nothing");
    }

    @Test
    void allProblemsAreToldAtOnceEachUnderItsLine() {
        String problems = problems("""
                {
                  "users": [{"name": "ann"}, {"name": "anonymous", "password": "x"}],
                  "queus": [],
                  "queues": [{"name": 5}, {"name": "a"}, {"name": "a"}],
                  "exchanges": [{"name": "e", "type": "tropic"}],
                  "bindings": {}
                }
                """);

        assertTrue(problems.contains("7 problems"), problems);
        assertTrue(problems.contains("line 2, column 13 "), problems);
        assertTrue(problems.contains("^ needs either a password or a hash"), problems);
        assertTrue(problems.contains("line 3, column 3 "), problems);
        assertTrue(
                problems.contains("^^^^^^^ unknown key; there are bindings, exchanges, policies, queues, users"),
                problems);
        assertTrue(problems.contains("line 4, column 23 "), problems);
        assertTrue(problems.contains("the queue is defined twice, first in line 4"), problems);
        assertTrue(problems.contains("^^^^^^^^ is one of direct, fanout, headers, mqtt-topic, topic"), problems);
        assertTrue(problems.contains("bindings is an array"), problems);
    }

    @Test
    void policiesAreReadInTheirOrder() throws Exception {
        Definitions read = read("""
                {
                  "policies": [
                    {"name": "orders", "pattern": "orders.*", "max-length": 1000, "overflow": "reject-publish"},
                    {"name": "all", "pattern": "*", "apply-to": "all", "message-ttl": 86400000, "max-length-bytes": 5000000000}
                  ]
                }
                """);

        QueueLimits orders = new QueueLimits(1000, QueueLimits.NONE, QueueLimits.NONE, Overflow.REJECT_PUBLISH);
        QueueLimits all = new QueueLimits(QueueLimits.NONE, 5_000_000_000L, 86_400_000, Overflow.DROP_HEAD);
        assertEquals(
                List.of(
                        new QueuePolicy("orders", "orders.*", Scope.QUEUES, orders),
                        new QueuePolicy("all", "*", Scope.ALL, all)),
                read.policies);
    }

    @Test
    void whatIsWrongWithPoliciesIsToldUnderItsLine() {
        String problems = problems("""
                {
                  "policies": [
                    {"name": "a", "pattern": "*", "max-length": -1},
                    {"name": "b", "pattern": "*", "max-length": 1.5},
                    {"name": "c", "pattern": "*", "max-length": "many"},
                    {"name": "d", "pattern": "*", "message-ttl": 999},
                    {"name": "e", "pattern": "*", "max-length": 1, "overflow": "drop-tail"},
                    {"name": "f", "pattern": "*", "message-ttl": 1000, "overflow": "drop-head"},
                    {"name": "g", "pattern": "*"},
                    {"name": "h", "pattern": "*", "max-length": 1, "apply-to": "queue"},
                    {"name": "i", "max-length": 1},
                    {"name": "j", "pattern": "*", "max-age": 5},
                    {"name": "k", "pattern": "*", "max-length": 1},
                    {"name": "k", "pattern": "*", "max-length": 99999999999999999999}
                  ]
                }
                """);

        assertTrue(problems.contains("12 problems"), problems);
        assertTrue(problems.contains("line 3, column 49 "), problems);
        assertTrue(problems.contains("^^ max-length needs a whole number, 0 or more"), problems);
        assertTrue(problems.contains("^^^ message-ttl needs a whole number, 1000 or more"), problems);
        assertTrue(problems.contains("^^^^^^^^^^^ overflow is one of drop-head, reject-publish"), problems);
        assertTrue(problems.contains("overflow says nothing without max-length or max-length-bytes"), problems);
        assertTrue(problems.contains("a policy needs a message-ttl, max-length or max-length-bytes"), problems);
        assertTrue(problems.contains("apply-to is one of queues, subscriptions, all"), problems);
        assertTrue(problems.contains("needs a pattern"), problems);
        assertTrue(
                problems.contains("^^^^^^^^^ unknown key; there are apply-to, max-length, max-length-bytes"), problems);
        assertTrue(problems.contains("the policy is defined twice, first in line 13"), problems);
    }

    @Test
    void whatIsNotJsonIsToldWithItsPlace() {
        String problems = problems("{\n  \"queues\": [{\"name\" \"a\"}]\n}\n");

        assertTrue(problems.contains("line 2, column "), problems);
        assertTrue(problems.contains("is not JSON: "), problems);
    }

    @Test
    void aPasswordIsNotRepeatedInWhatIsPrinted() {
        String problems = problems("{\"users\": [{\"name\": \"ann\", \"hash\": \"my secret\"}]}");

        assertFalse(problems.contains("my secret"), problems);
        assertTrue(
                problems.contains("line 1, column 36: A password hash reads pbkdf2-sha512$210000$salt$key"), problems);
    }

    @Test
    void aKeyThatIsThereTwiceOrAFileThatIsMissingIsToldSo() {
        assertTrue(problems("{\"queues\": [], \"queues\": []}").contains("is not JSON: Duplicate field 'queues'"));
        assertTrue(assertThrows(ConfigurationException.class, () -> DefinitionsReader.read(directory.resolve("none")))
                .getMessage()
                .contains("there is no such definitions file"));
    }

    @Test
    void endlessNestingIsRefused() {
        assertTrue(problems("{\"queues\":" + "[".repeat(100_000)).contains("is not JSON: "));
    }
}
