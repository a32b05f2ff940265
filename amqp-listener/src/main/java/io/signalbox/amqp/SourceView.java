package io.signalbox.amqp;

import io.signalbox.broker.filter.Filter;
import io.signalbox.broker.queue.SubscriptionSettings.Mode;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.AmqpError;

/**
 * What a link sees of the queue it consumes from. Immutable.
 *
 * @param filter what it wants of what is in the queue
 * @param filterSet the filters that are in place, here or where the queue is bound, for the answer
 */
record SourceView(Optional<Filter> filter, Mode mode, Map<Object, Object> filterSet) {

    static final Symbol COPY = Symbol.valueOf("copy");
    static final Symbol MOVE = Symbol.valueOf("move");

    /** AMQP 1.0 §3.5.7: a source of distribution-mode copy leaves the messages where they are. */
    static SourceView ofQueue(Source source) throws Refusal {
        SourceFilters filters = SourceFilters.of(source);
        if (filters.noLocal()) {
            String sentence = "this broker does not offer no-local on a queue, whose messages are for whoever consumes"
                    + " from it; leave the filter out";
            throw Refusal.ofLink(AmqpError.NOT_IMPLEMENTED, sentence);
        }
        Mode mode = COPY.equals(source.getDistributionMode()) ? Mode.BROWSE : Mode.CONSUME;
        return new SourceView(filters.selector(), mode, filters.honoured());
    }

    /** Of a topic only what passes the filters comes into the queue. */
    static SourceView ofTopic(SourceFilters filters) {
        return new SourceView(Optional.empty(), Mode.CONSUME, filters.honoured());
    }
}
