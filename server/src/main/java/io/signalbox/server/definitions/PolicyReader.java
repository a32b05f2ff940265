package io.signalbox.server.definitions;

import io.signalbox.broker.queue.QueueLimits;
import io.signalbox.broker.queue.QueueLimits.Overflow;
import io.signalbox.broker.queue.QueuePolicy;
import io.signalbox.broker.queue.QueuePolicy.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/** Makes a policy of a piece of a definitions file; names and units of limits are those of RabbitMQ. Used once. */
final class PolicyReader {

    /** What a policy may say. */
    static final List<String> KEYS =
            List.of("name", "pattern", "apply-to", "message-ttl", "max-length", "max-length-bytes", "overflow");

    /** What is kept of times are seconds. */
    private static final long LEAST_TTL_MILLIS = 1000;

    private final JsonNode.Fields item;
    private final BiConsumer<JsonNode, String> problems;
    private boolean isSound = true;

    /** @param problems told what is wrong, and where */
    PolicyReader(JsonNode.Fields item, BiConsumer<JsonNode, String> problems) {
        this.item = item;
        this.problems = problems;
    }

    /** The policy; empty if something is wrong with it. */
    Optional<QueuePolicy> read(String name, String pattern) {
        Scope scope = word("apply-to", Scope.values()).orElse(Scope.QUEUES);
        Optional<Overflow> overflow = word("overflow", Overflow.values());
        QueueLimits limits = new QueueLimits(
                limit("max-length", 0),
                limit("max-length-bytes", 0),
                limit("message-ttl", LEAST_TTL_MILLIS),
                overflow.orElse(Overflow.DROP_HEAD));
        boolean isBounded = limits.maxLength() != QueueLimits.NONE || limits.maxLengthBytes() != QueueLimits.NONE;
        if (isSound && !isBounded && overflow.isPresent()) {
            refuse(item, "overflow says nothing without max-length or max-length-bytes");
        } else if (isSound && !isBounded && limits.messageTtlMillis() == QueueLimits.NONE) {
            refuse(item, "a policy needs a message-ttl, max-length or max-length-bytes");
        }
        return isSound ? Optional.of(new QueuePolicy(name, pattern, scope, limits)) : Optional.empty();
    }

    private void refuse(JsonNode at, String why) {
        isSound = false;
        problems.accept(at, why);
    }

    private long limit(String key, long least) {
        JsonNode.Field field = item.fields().get(key);
        if (field == null) return QueueLimits.NONE;
        if (field.value() instanceof JsonNode.Whole whole && whole.value() >= least) return whole.value();
        refuse(field.value(), key + " needs a whole number, " + least + " or more");
        return QueueLimits.NONE;
    }

    /** One of an enum's words, as files write them. */
    private <E extends Enum<E>> Optional<E> word(String key, E[] known) {
        JsonNode.Field field = item.fields().get(key);
        if (field == null) return Optional.empty();
        Optional<E> found = Arrays.stream(known)
                .filter(each -> field.value() instanceof JsonNode.Text text
                        && text.text().equals(wordOf(each)))
                .findFirst();
        if (found.isEmpty()) {
            refuse(
                    field.value(),
                    key + " is one of "
                            + Arrays.stream(known).map(PolicyReader::wordOf).collect(Collectors.joining(", ")));
        }
        return found;
    }

    private static String wordOf(Enum<?> each) {
        return each.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
