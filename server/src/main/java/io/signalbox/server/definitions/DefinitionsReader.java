package io.signalbox.server.definitions;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.signalbox.broker.queue.QueuePolicy;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.routing.ExchangeType;
import io.signalbox.broker.security.PasswordHash;
import io.signalbox.broker.security.User;
import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.ConfigurationException;
import io.signalbox.server.config.ConfigurationProblem;
import io.signalbox.server.config.Settings;
import io.signalbox.server.config.TextFile;
import io.signalbox.server.definitions.Definitions.DefinedBinding;
import io.signalbox.server.definitions.Definitions.DefinedExchange;
import io.signalbox.server.definitions.Definitions.DefinedQueue;
import io.signalbox.server.definitions.Definitions.DefinedUser;
import io.signalbox.server.definitions.Definitions.Secret;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes definitions of a JSON file, or says everything that is wrong with it. Used by one thread, once. */
public final class DefinitionsReader {

    private static final long MOST_BYTES = 16 << 20;
    private static final int MOST_CHARS = 20_000;

    private static final Map<String, ExchangeType> EXCHANGE_TYPES = Stream.of(ExchangeType.values())
            .collect(Collectors.toMap(
                    type -> type.name().toLowerCase(Locale.ROOT).replace('_', '-'), type -> type));

    private final Path file;
    private final List<String> lines;
    private final List<ConfigurationProblem> problems = new ArrayList<>();
    private final Map<String, JsonNode> taken = new HashMap<>();

    private DefinitionsReader(Path file, List<String> lines) {
        this.file = file;
        this.lines = lines;
    }

    /**
     * What the configuration's definitions file says; empty if it names none.
     *
     * @throws ConfigurationException with everything that is wrong with the file
     */
    public static Optional<Definitions> of(Configuration configuration) throws ConfigurationException {
        Optional<Path> file = configuration.path(Settings.DEFINITIONS_FILE);
        return file.isEmpty() ? Optional.empty() : Optional.of(read(file.get()));
    }

    static Definitions read(Path file) throws ConfigurationException {
        String document;
        try {
            if (Files.size(file) > MOST_BYTES) throw unreadable(file, "is larger than " + (MOST_BYTES >> 20) + " MiB");
            document = TextFile.read(file);
        } catch (NoSuchFileException e) {
            throw unreadable(file, "there is no such definitions file");
        } catch (CharacterCodingException e) {
            throw unreadable(file, "a definitions file is UTF-8 text, and this one is not");
        } catch (IOException e) {
            throw unreadable(file, "cannot be read (" + e.getMessage() + ")");
        }
        return new DefinitionsReader(file, document.lines().toList()).read(document);
    }

    private static ConfigurationException unreadable(Path file, String why) {
        ConfigurationProblem problem = new ConfigurationProblem(Optional.empty(), "", why);
        return ConfigurationException.of(Map.of(file.toString(), List.of(problem)));
    }

    private Definitions read(String document) throws ConfigurationException {
        List<DefinedUser> users = new ArrayList<>();
        List<DefinedQueue> queues = new ArrayList<>();
        List<DefinedExchange> exchanges = new ArrayList<>();
        List<DefinedBinding> bindings = new ArrayList<>();
        List<QueuePolicy> policies = new ArrayList<>();
        try {
            JsonNode root = JsonNode.parse(document);
            if (root instanceof JsonNode.Fields all) {
                checkNames(all, Set.of("users", "queues", "exchanges", "bindings", "policies"));
                for (JsonNode.Fields item : items(all, "users")) user(item).ifPresent(users::add);
                for (JsonNode.Fields item : items(all, "queues")) queue(item).ifPresent(queues::add);
                for (JsonNode.Fields item : items(all, "exchanges"))
                    exchange(item).ifPresent(exchanges::add);
                for (JsonNode.Fields item : items(all, "bindings"))
                    binding(item).ifPresent(bindings::add);
                for (JsonNode.Fields item : items(all, "policies")) policy(item).ifPresent(policies::add);
            } else {
                add(root, "a definitions file is one JSON object");
            }
        } catch (JsonProcessingException e) {
            addSyntax(e);
        } catch (IOException e) {
            throw unreadable(file, "cannot be read (" + e.getMessage() + ")");
        }
        Definitions read = new Definitions(file, lines, users, queues, exchanges, bindings, policies);
        if (!problems.isEmpty()) throw read.failure(problems);
        return read;
    }

    private void addSyntax(JsonProcessingException e) {
        JsonLocation at = e.getLocation();
        String said = e.getOriginalMessage();
        if (at == null) problems.add(new ConfigurationProblem(Optional.empty(), "", "is not JSON: " + said));
        else add(new JsonNode.Other(at.getLineNr(), Math.max(1, at.getColumnNr()), 1), "is not JSON: " + said);
    }

    private void add(JsonNode at, String message) {
        problems.add(at.problem(lines, message));
    }

    private void checkNames(JsonNode.Fields object, Set<String> known) {
        object.fields().forEach((name, field) -> {
            if (!known.contains(name)) {
                add(field, "unknown key; there are " + known.stream().sorted().collect(Collectors.joining(", ")));
            }
        });
    }

    private List<JsonNode.Fields> items(JsonNode.Fields all, String name) {
        JsonNode.Field field = all.fields().get(name);
        if (field == null) return List.of();
        if (!(field.value() instanceof JsonNode.Items array)) {
            add(field.value(), name + " is an array");
            return List.of();
        }
        List<JsonNode.Fields> objects = new ArrayList<>();
        for (JsonNode item : array.items()) {
            if (item instanceof JsonNode.Fields object) objects.add(object);
            else add(item, "needs an object such as {\"name\": \"…\"}");
        }
        return objects;
    }

    /** A text that has to be there and not be empty. */
    private Optional<JsonNode.Text> required(JsonNode.Fields object, String name) {
        JsonNode.Field field = object.fields().get(name);
        if (field == null) {
            add(object, "needs a " + name);
            return Optional.empty();
        }
        if (!(field.value() instanceof JsonNode.Text text) || text.text().isEmpty()) {
            add(field.value(), name + " needs a string that is not empty");
            return Optional.empty();
        }
        return storable(text, name);
    }

    /** What the catalogue can keep. */
    private Optional<JsonNode.Text> storable(JsonNode.Text text, String name) {
        if (text.text().length() <= MOST_CHARS && text.text().indexOf('\0') < 0) return Optional.of(text);
        add(text, name + " has at most " + MOST_CHARS + " characters, and no NUL among them");
        return Optional.empty();
    }

    /** Whether a name is new; two definitions of one thing could not both hold. */
    private boolean isNew(String what, JsonNode.Text name) {
        JsonNode earlier = taken.putIfAbsent(what + " " + name.text(), name);
        if (earlier != null) add(name, "the " + what + " is defined twice, first in line " + earlier.line());
        return earlier == null;
    }

    private Optional<DefinedUser> user(JsonNode.Fields item) {
        checkNames(item, Set.of("name", "password", "hash"));
        Optional<JsonNode.Text> name = required(item, "name");
        boolean hasPassword = item.fields().containsKey("password");
        if (hasPassword == item.fields().containsKey("hash")) {
            add(item, "needs either a password or a hash");
            return Optional.empty();
        }
        Optional<JsonNode.Text> secret = required(item, hasPassword ? "password" : "hash");
        if (name.isEmpty() || secret.isEmpty() || !isNew("user", name.get())) return Optional.empty();
        Optional<String> problem = User.problemOf(name.get().text());
        if (problem.isPresent()) {
            add(name.get(), problem.get());
            return Optional.empty();
        }
        String text = secret.get().text();
        try {
            Secret given = hasPassword ? password(text) : new Secret.Hash(PasswordHash.parse(text));
            return Optional.of(new DefinedUser(name.get().text(), given, name.get()));
        } catch (IllegalArgumentException e) {
            // A password is not repeated in what is printed.
            JsonNode.Text at = secret.get();
            problems.add(new ConfigurationProblem(
                    Optional.empty(), "line " + at.line() + ", column " + at.column(), String.valueOf(e.getMessage())));
            return Optional.empty();
        }
    }

    private static Secret password(String text) {
        PasswordHash.check(text);
        return new Secret.Password(text);
    }

    private Optional<DefinedQueue> queue(JsonNode.Fields item) {
        checkNames(item, Set.of("name"));
        Optional<JsonNode.Text> name = required(item, "name");
        if (name.isEmpty() || !isNew("queue", name.get())) return Optional.empty();
        try {
            return Optional.of(new DefinedQueue(
                    QueueSettings.durable(name.get().text(), "").name(), name.get()));
        } catch (IllegalArgumentException e) {
            add(name.get(), String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private Optional<QueuePolicy> policy(JsonNode.Fields item) {
        checkNames(item, Set.copyOf(PolicyReader.KEYS));
        Optional<JsonNode.Text> name = required(item, "name");
        Optional<JsonNode.Text> pattern = required(item, "pattern");
        if (name.isEmpty() || pattern.isEmpty() || !isNew("policy", name.get())) return Optional.empty();
        return new PolicyReader(item, this::add)
                .read(name.get().text(), pattern.get().text());
    }

    private Optional<DefinedExchange> exchange(JsonNode.Fields item) {
        checkNames(item, Set.of("name", "type"));
        Optional<JsonNode.Text> name = required(item, "name");
        Optional<JsonNode.Text> type = required(item, "type");
        if (name.isEmpty() || type.isEmpty() || !isNew("exchange", name.get())) return Optional.empty();
        ExchangeType known = EXCHANGE_TYPES.get(type.get().text());
        if (known == null) {
            add(
                    type.get(),
                    "is one of " + EXCHANGE_TYPES.keySet().stream().sorted().collect(Collectors.joining(", ")));
            return Optional.empty();
        }
        return Optional.of(new DefinedExchange(name.get().text(), known, name.get()));
    }

    private Optional<DefinedBinding> binding(JsonNode.Fields item) {
        checkNames(item, Set.of("exchange", "queue", "key"));
        Optional<JsonNode.Text> exchange = required(item, "exchange");
        Optional<JsonNode.Text> queue = required(item, "queue");
        JsonNode.Field key = item.fields().get("key");
        if (exchange.isEmpty() || queue.isEmpty()) return Optional.empty();
        if (key == null)
            return Optional.of(
                    new DefinedBinding(exchange.get().text(), queue.get().text(), "", item));
        if (key.value() instanceof JsonNode.Text text) {
            return storable(text, "key")
                    .map(fit -> new DefinedBinding(
                            exchange.get().text(), queue.get().text(), fit.text(), fit));
        }
        add(key.value(), "key needs a string");
        return Optional.empty();
    }
}
