package io.signalbox.broker;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.QueuePolicy;
import io.signalbox.broker.routing.Matches;
import java.util.Optional;

/** The places that a message needs in queues which refuse what they have no room for. Stateless. */
final class Places {

    private Places() {}

    /** Reserves a place in every queue that would keep the message; all or none, and then which has no room. */
    static Optional<MessageQueue> reserve(Matches matches, Message message) {
        for (int i = 0; i < matches.size(); i++) {
            if (!(matches.destination(i) instanceof MessageQueue queue)) continue;
            if (Handover.passesThrough(queue, message, matches.flags(i))) continue;
            if (queue.quota().reserve(message)) continue;
            giveBack(matches, message, i);
            return Optional.of(queue);
        }
        return Optional.empty();
    }

    /** The message does not come. */
    static void giveBack(Matches matches, Message message) {
        giveBack(matches, message, matches.size());
    }

    private static void giveBack(Matches matches, Message message, int targets) {
        for (int i = 0; i < targets; i++) {
            if (!(matches.destination(i) instanceof MessageQueue queue)) continue;
            if (!Handover.passesThrough(queue, message, matches.flags(i)))
                queue.quota().giveBack(message);
        }
    }

    /** What its publisher is told. */
    static PublishOutcome.Refused refusalOf(MessageQueue full) {
        String policy = full.quota().policy().map(QueuePolicy::name).orElse("");
        String sentence = "The queue " + full.settings().name() + " holds as much as the policy " + policy
                + " allows; consume some first.";
        return new PublishOutcome.Refused(PublishOutcome.Reason.QUOTA_USED_UP, sentence);
    }
}
