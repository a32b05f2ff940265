package io.signalbox.server.definitions;

import io.signalbox.broker.queue.QueuePolicy;
import io.signalbox.broker.routing.ExchangeType;
import io.signalbox.broker.security.PasswordHash;
import io.signalbox.server.config.ConfigurationException;
import io.signalbox.server.config.ConfigurationProblem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What a definitions file wants to be there. Immutable; each part knows where in the file it stands. */
public final class Definitions {

    /** How a user is to be recognised. */
    sealed interface Secret {
        /** Whether this is what a user has already. */
        boolean isOf(PasswordHash present);

        /** The hash for a new user. */
        PasswordHash hash();

        record Hash(PasswordHash hash) implements Secret {
            @Override
            public boolean isOf(PasswordHash present) {
                return hash.equals(present);
            }
        }

        record Password(String text) implements Secret {
            @Override
            public boolean isOf(PasswordHash present) {
                return present.matches(text.getBytes(StandardCharsets.UTF_8));
            }

            @Override
            public PasswordHash hash() {
                return PasswordHash.of(text);
            }

            @Override
            public String toString() {
                return "Password"; // a password is never printed
            }
        }
    }

    record DefinedUser(String name, Secret secret, JsonNode at) {}

    record DefinedQueue(String name, JsonNode at) {}

    record DefinedExchange(String name, ExchangeType type, JsonNode at) {}

    record DefinedBinding(String exchange, String queue, String key, JsonNode at) {}

    private final Path file;
    private final List<String> lines;
    final List<DefinedUser> users;
    final List<DefinedQueue> queues;
    final List<DefinedExchange> exchanges;
    final List<DefinedBinding> bindings;
    final List<QueuePolicy> policies;

    Definitions(
            Path file,
            List<String> lines,
            List<DefinedUser> users,
            List<DefinedQueue> queues,
            List<DefinedExchange> exchanges,
            List<DefinedBinding> bindings,
            List<QueuePolicy> policies) {
        this.file = file;
        this.lines = List.copyOf(lines);
        this.users = List.copyOf(users);
        this.queues = List.copyOf(queues);
        this.exchanges = List.copyOf(exchanges);
        this.bindings = List.copyOf(bindings);
        this.policies = List.copyOf(policies);
    }

    /** Whether there will be a user once it has been applied. */
    public boolean hasUsers() {
        return !users.isEmpty();
    }

    ConfigurationProblem problem(JsonNode at, String message) {
        return at.problem(lines, message);
    }

    ConfigurationException failure(List<ConfigurationProblem> problems) {
        return ConfigurationException.of(Map.of(file.toString(), problems));
    }
}
