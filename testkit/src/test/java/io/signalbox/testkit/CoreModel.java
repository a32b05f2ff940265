package io.signalbox.testkit;

import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.QueueLimits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a core must still hold after a crash, by what its publishers and consumers were told: messages that were confirmed are there,
 * each once and in its producer's order, settlements that were confirmed have not come undone, what was refused is nowhere, and of
 * what nobody was told anything the first few are there, each whole or not at all.
 */
final class CoreModel {

    final List<Queue> queues = new ArrayList<>();
    private final List<Sent> sent = new ArrayList<>();
    private final Map<Long, Map<String, Copy>> copies = new HashMap<>();

    /** A queue from its declaration to its end; another of the same name is another one. */
    static final class Queue {
        final String name;
        final long id;
        final boolean durable;
        final QueueLimits limits;

        /** Its publisher was told that it is there. */
        boolean declared;

        boolean ending;
        boolean ended;

        Queue(String name, long id, boolean durable, QueueLimits limits) {
            this.name = name;
            this.id = id;
            this.durable = durable;
            this.limits = limits;
        }
    }

    /** A message, from the call that publishes it. */
    static final class Sent {
        final int publisher;
        final long number;
        final Envelope envelope;
        final Form form;
        final List<Copy> copies = new ArrayList<>();
        boolean stored;
        boolean refused;

        /** It was settled without the row that came with it. */
        private boolean leavesRow;

        Sent(int publisher, long number, Envelope envelope, Form form) {
            this.publisher = publisher;
            this.number = number;
            this.envelope = envelope;
            this.form = form;
        }

        String text() {
            return publisher + " " + number;
        }

        private boolean isAnswered() {
            return stored || refused;
        }
    }

    /** How a message was published. */
    enum Form {
        AT_ONCE,
        /** Its targets get it after the force. */
        AFTER_FORCE,
        /** And a row of a table goes with it. */
        WITH_ROW
    }

    /** A message in one of its queues. */
    static final class Copy {
        final Sent sent;
        final Queue queue;

        /** Messages that may have waited in the queue beside it; not the oldest goes, if that is being read for somebody. */
        private long others;

        /** Whether a consumer has it. */
        boolean held;

        /** It was to be settled; it may be there or not until that is confirmed. */
        boolean settling;

        /** The row that came with it goes with that settlement. */
        boolean settlingRow;

        /** It never comes back. */
        boolean ended;

        private boolean wasMissed;

        private Copy(Sent sent, Queue queue) {
            this.sent = sent;
            this.queue = queue;
        }

        boolean isDurable() {
            return sent.envelope.durable() && queue.durable;
        }

        /** Whether it may have ended without anybody's doing. */
        private boolean mayGoByItself(long nowMillis) {
            QueueLimits limits = queue.limits;
            boolean isOld = limits.messageTtlMillis() != QueueLimits.NONE
                    && nowMillis - sent.envelope.publishedAtMillis() >= limits.messageTtlMillis();
            boolean isDropped = limits.overflow() == QueueLimits.Overflow.DROP_HEAD && others >= limits.maxLength();
            return wasMissed || isOld || isDropped || sent.envelope.isExpiredAt(nowMillis);
        }

        private boolean mayBeMissing(long nowMillis) {
            boolean mayBeRefused = !sent.isAnswered() && queue.limits.overflow() == QueueLimits.Overflow.REJECT_PUBLISH;
            return settling || ended || mayBeRefused || mayGoByItself(nowMillis);
        }

        @Override
        public String toString() {
            return "message " + sent.text() + " in " + queue.name + " (" + sent.form + ", " + sent.envelope
                    + (sent.stored ? ", stored" : "") + (held ? ", held" : "") + ")";
        }
    }

    /**
     * What a start has found.
     *
     * @param messages by the ids of their queues, in their order
     * @param rows that came with messages, by their texts
     */
    record Found(Map<Long, List<Message>> messages, Set<String> rows) {

        private Map<Long, Set<String>> texts() {
            Map<Long, Set<String>> texts = new HashMap<>();
            messages.forEach((id, list) -> {
                Set<String> ofQueue = new HashSet<>();
                for (Message message : list) ofQueue.add(text(message));
                texts.put(id, ofQueue);
            });
            return texts;
        }
    }

    /** Which message it is: its body begins with that. */
    static String text(Message message) {
        String body = new String(message.content().compact().bytes(), StandardCharsets.ISO_8859_1);
        return body.substring(0, body.indexOf('|'));
    }

    void publishing(Sent message, List<Queue> targets) {
        sent.add(message);
        for (Queue queue : targets) {
            Copy copy = new Copy(message, queue);
            Map<String, Copy> ofQueue = copies.computeIfAbsent(queue.id, id -> new LinkedHashMap<>());
            for (Copy other : ofQueue.values()) {
                other.others++;
                if (!other.ended && !other.sent.refused) copy.others++;
            }
            ofQueue.put(message.text(), copy);
            message.copies.add(copy);
        }
    }

    Copy copy(long queueId, Message message) {
        Copy copy = copies.getOrDefault(queueId, Map.of()).get(text(message));
        if (copy == null) throw new AssertionError("nobody has sent " + text(message) + " to queue " + queueId);
        return copy;
    }

    /** Messages that wait, so far as anybody knows. */
    long waiting() {
        long waiting = 0;
        for (Sent message : sent) {
            if (message.refused) continue;
            for (Copy copy : message.copies) if (!copy.settling && !copy.ended && !copy.queue.ended) waiting++;
        }
        return waiting;
    }

    /** The core has stopped in good order: what was to be settled is. */
    void stopped() {
        for (Sent message : sent) {
            for (Copy copy : message.copies) copy.ended |= copy.settling;
        }
    }

    /** @throws AssertionError if it is nothing that a crash may leave */
    void check(Found found, long nowMillis) {
        Map<Long, Set<String>> texts = found.texts();
        for (Queue queue : queues) {
            boolean isThere = texts.containsKey(queue.id);
            if (isThere && !queue.durable) throw new AssertionError("queue " + queue.name + " outlives its process");
            if (isThere && queue.ended) throw new AssertionError("queue " + queue.name + " has returned");
            if (!isThere && queue.durable && queue.declared && !queue.ending) {
                throw new AssertionError("queue " + queue.name + " is lost");
            }
        }
        Map<Integer, Long> latest = new HashMap<>();
        found.messages.forEach((id, list) -> checkOrder(id, list, nowMillis, latest));
        for (Sent message : sent) {
            boolean isDue = message.stored || message.number <= latest.getOrDefault(message.publisher, -1L);
            checkCopies(message, texts, isDue, nowMillis);
            if (message.form == Form.WITH_ROW) checkRow(message, texts, found.rows, nowMillis);
        }
    }

    /** Each message once, none that should not be there, and each producer's in their order. */
    private void checkOrder(long queueId, List<Message> list, long nowMillis, Map<Integer, Long> latest) {
        Map<String, Long> before = new HashMap<>();
        Set<Copy> seen = new HashSet<>();
        for (Message each : list) {
            Copy copy = copy(queueId, each);
            if (!seen.add(copy)) throw new AssertionError(copy + " is there twice");
            if (copy.ended || copy.sent.refused || !copy.isDurable()) {
                throw new AssertionError(copy + (copy.ended ? " has returned" : " should not be there"));
            }
            if (copy.sent.envelope.isExpiredAt(nowMillis)) throw new AssertionError(copy + " has expired");
            if (!each.envelope().equals(copy.sent.envelope)) throw new AssertionError(copy + " has changed");
            Long last = before.put(copy.sent.publisher + " " + each.envelope().priority(), copy.sent.number);
            if (last != null && last > copy.sent.number) throw new AssertionError(copy + " comes after " + last);
            latest.merge(copy.sent.publisher, copy.sent.number, Math::max);
        }
    }

    private static void checkCopies(Sent message, Map<Long, Set<String>> texts, boolean isDue, long nowMillis) {
        Copy there = null;
        Copy missing = null;
        for (Copy copy : message.copies) {
            Set<String> ofQueue = texts.get(copy.queue.id);
            if (ofQueue == null || !copy.isDurable()) continue;
            if (ofQueue.contains(message.text())) there = copy;
            else if (!copy.mayBeMissing(nowMillis)) missing = copy;
        }
        if (missing != null && isDue && !message.refused) throw new AssertionError(missing + " is lost");
        if (missing != null && there != null) throw new AssertionError(there + " is there, and not " + missing);
    }

    /** The row and the one copy of its message come and go together. */
    private static void checkRow(Sent message, Map<Long, Set<String>> texts, Set<String> rows, long nowMillis) {
        Copy copy = message.copies.get(0);
        boolean isThere = texts.getOrDefault(copy.queue.id, Set.of()).contains(message.text());
        boolean hasRow = rows.contains(message.text());
        if (message.refused && hasRow) throw new AssertionError(copy + " was refused and has left a row");
        if (message.leavesRow || copy.mayGoByItself(nowMillis) || (copy.settling && !copy.settlingRow)) return;
        if (isThere != hasRow) throw new AssertionError(copy + ": there is " + isThere + ", its row " + hasRow);
    }

    /** @throws AssertionError if something is missing that a start before this one has shown */
    void checkAgain(Found before, Found now, long nowMillis) {
        check(now, nowMillis);
        Map<Long, Set<String>> texts = now.texts();
        before.messages.forEach((id, list) -> {
            if (!texts.containsKey(id)) throw new AssertionError("queue " + id + " was there at the start before");
            for (Message each : list) {
                Copy copy = copy(id, each);
                if (!texts.get(id).contains(text(each)) && !copy.mayGoByItself(nowMillis)) {
                    throw new AssertionError(copy + " was there at the start before");
                }
            }
        });
    }

    /** Life goes on from what was found: what is not there has never happened or is over. */
    void resumeFrom(Found found, long nowMillis) {
        Map<Long, Set<String>> texts = found.texts();
        for (Queue queue : queues) {
            queue.ended = !texts.containsKey(queue.id);
            queue.declared = !queue.ended;
            queue.ending = false;
        }
        for (Sent message : sent) {
            if (!message.refused) message.stored = true; // whoever waited for an answer hears nothing more
            for (Copy copy : message.copies) {
                boolean isThere = texts.getOrDefault(copy.queue.id, Set.of()).contains(message.text());
                message.leavesRow |= !isThere && found.rows.contains(message.text());
                if (!isThere && copy.mayGoByItself(nowMillis)) copy.wasMissed = true;
                else if (!isThere) copy.ended = true;
                copy.settling = false;
                copy.settlingRow = false;
                copy.held = false;
            }
        }
    }
}
