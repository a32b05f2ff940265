package io.signalbox.server.definitions;

import io.signalbox.broker.Broker;
import io.signalbox.broker.Loop;
import io.signalbox.broker.Users;
import io.signalbox.broker.VirtualHost;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.routing.Binding;
import io.signalbox.broker.routing.Exchange;
import io.signalbox.broker.routing.ExchangeType;
import io.signalbox.broker.security.User;
import io.signalbox.server.config.ConfigurationException;
import io.signalbox.server.config.ConfigurationProblem;
import io.signalbox.server.definitions.Definitions.DefinedBinding;
import io.signalbox.server.definitions.Definitions.DefinedExchange;
import io.signalbox.server.definitions.Definitions.DefinedQueue;
import io.signalbox.server.definitions.Definitions.DefinedUser;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Brings about what definitions want, on a broker that has no clients yet: what is there already stays, what is missing is
 * made, nothing is ever taken away. Policies are in force as the file has them, and only while it does. What is there and different is told before anything is made. Used by the starting thread.
 */
public final class DefinitionsApplication {

    /** Makes a change on an event loop and waits until it is durable. */
    public interface Changes<E extends Exception> {
        <T> T await(Function<Loop, CompletionStage<T>> change) throws E;
    }

    private static final String CREATOR = "definitions";

    /** So many changes share a force, and surely have room in the log. */
    private static final int SIDE_BY_SIDE = 1000;

    private final Definitions definitions;
    private final Broker broker;
    private final Users users;
    private final VirtualHost host;
    private final List<ConfigurationProblem> problems = new ArrayList<>();

    public DefinitionsApplication(Definitions definitions, Broker broker) {
        this.definitions = definitions;
        this.broker = broker;
        this.users = broker.users();
        this.host = broker.defaultVirtualHost();
    }

    /**
     * Applies all of it, or nothing.
     *
     * @return how many users, queues and exchanges were made
     * @throws ConfigurationException with everything that cannot be as it is wanted
     */
    public <E extends Exception> int apply(Changes<E> changes) throws ConfigurationException, E {
        check();
        if (!problems.isEmpty()) throw definitions.failure(problems);
        broker.govern(definitions.policies);
        List<Change> users = new ArrayList<>();
        for (DefinedUser user : definitions.users) {
            if (this.users.find(user.name()).isPresent()) continue;
            var hash = user.secret().hash();
            users.add(loop -> this.users.add(loop, user.name(), hash));
        }
        List<Change> exchanges = new ArrayList<>();
        for (DefinedExchange exchange : definitions.exchanges) {
            if (host.exchange(exchange.name()).isPresent()) continue;
            exchanges.add(loop -> host.declareExchange(loop, exchange.name(), exchange.type()));
        }
        List<Change> queues = new ArrayList<>();
        for (DefinedQueue queue : definitions.queues) {
            if (host.queue(queue.name()).isPresent()) continue;
            queues.add(loop -> host.declareQueue(loop, QueueSettings.durable(queue.name(), CREATOR)));
        }
        List<Change> bindings = new ArrayList<>();
        for (DefinedBinding binding : definitions.bindings) {
            bindings.add(loop -> host.bind(loop, binding.exchange(), binding.queue(), binding.key()));
        }
        for (List<Change> each : List.of(users, exchanges, queues, bindings)) make(each, changes);
        return users.size() + exchanges.size() + queues.size();
    }

    private interface Change extends Function<Loop, CompletionStage<?>> {}

    private static <E extends Exception> void make(List<Change> wanted, Changes<E> changes) throws E {
        for (int from = 0; from < wanted.size(); from += SIDE_BY_SIDE) {
            List<Change> some = wanted.subList(from, Math.min(wanted.size(), from + SIDE_BY_SIDE));
            changes.await(loop -> CompletableFuture.allOf(some.stream()
                    .map(change -> change.apply(loop).toCompletableFuture())
                    .toArray(CompletableFuture[]::new)));
        }
    }

    private void check() {
        for (DefinedUser user : definitions.users) checkUser(user);
        Map<String, ExchangeType> exchanges = new HashMap<>();
        for (DefinedExchange exchange : definitions.exchanges) {
            exchanges.put(exchange.name(), exchange.type());
            checkExchange(exchange);
        }
        Set<String> queues = new HashSet<>();
        for (DefinedQueue queue : definitions.queues) {
            queues.add(queue.name());
            checkQueue(queue);
        }
        for (DefinedBinding binding : definitions.bindings) {
            if (!queues.contains(binding.queue()) && host.queue(binding.queue()).isEmpty()) {
                add(binding.at(), "there is no queue " + binding.queue() + "; define it under queues");
            }
            ExchangeType type =
                    host.exchange(binding.exchange()).map(Exchange::type).orElse(exchanges.get(binding.exchange()));
            if (type == null) {
                add(binding.at(), "there is no exchange " + binding.exchange() + "; define it under exchanges");
            } else {
                checkKey(binding, type);
            }
        }
    }

    private void add(JsonNode at, String message) {
        problems.add(definitions.problem(at, message));
    }

    private void checkUser(DefinedUser wanted) {
        Optional<User> present = users.find(wanted.name());
        if (present.isEmpty() || wanted.secret().isOf(present.get().hash())) return;
        add(
                wanted.at(),
                "the user is there with another password; change it with: signalbox user passwd " + wanted.name()
                        + ", or take the user out of this file");
    }

    private void checkQueue(DefinedQueue wanted) {
        Optional<MessageQueue> present = host.queue(wanted.name());
        if (present.isEmpty()) return;
        QueueSettings settings = present.get().settings();
        if (settings.durable() && settings.purpose() == QueueSettings.Purpose.SHARED) return;
        add(wanted.at(), "a queue of this name is there for another purpose; take another name");
    }

    private void checkExchange(DefinedExchange wanted) {
        Optional<Exchange> present = host.exchange(wanted.name());
        if (present.isEmpty() || present.get().type() == wanted.type()) return;
        add(wanted.at(), "the exchange is there with another type; take another name, or that type");
    }

    /** On an exchange that nothing goes through. */
    private void checkKey(DefinedBinding wanted, ExchangeType type) {
        try {
            Exchange nowhere = new Exchange("", type, false);
            nowhere.addBinding(Binding.of(wanted.key(), (message, origin, flags, matches) -> {}));
        } catch (IllegalArgumentException e) {
            add(wanted.at(), "the key is not valid: " + e.getMessage());
        }
    }
}
