package io.signalbox.amqp;

import io.signalbox.broker.BindingTerms;
import io.signalbox.broker.filter.Filter;
import io.signalbox.broker.filter.FilterSyntaxException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnknownDescribedType;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.jspecify.annotations.Nullable;

/**
 * The filter-set of a source (AMQP 1.0 §3.5.8): the filters known here are found by their descriptor, as symbol or number,
 * whatever key they stand under. Immutable.
 *
 * @param selector what a message must match; of several selectors, all of them
 * @param noLocal whether messages of the same connection are not wanted
 * @param honoured the filters that are in place, for the answer: others are left out of it
 */
record SourceFilters(Optional<Filter> selector, boolean noLocal, Map<Object, Object> honoured) {

    static final SourceFilters NONE = new SourceFilters(Optional.empty(), false, Map.of());

    // The filters that Apache Qpid registered and JMS clients use.
    private static final Known SELECTOR = Known.of("apache.org:selector-filter:string", 0x0000_468C_0000_0004L);
    private static final Known NO_LOCAL = Known.of("apache.org:no-local-filter:list", 0x0000_468C_0000_0003L);

    /** A kind of filter, by the two descriptors it may have. */
    private record Known(Symbol symbol, UnsignedLong code) {
        static Known of(String symbol, long code) {
            return new Known(Symbol.valueOf(symbol), UnsignedLong.valueOf(code));
        }

        boolean describes(DescribedType filter) {
            return symbol.equals(filter.getDescriptor()) || code.equals(filter.getDescriptor());
        }
    }

    /** @throws Refusal amqp:invalid-field if a selector is not valid; the sentence says where and why */
    static SourceFilters of(Source source) throws Refusal {
        Map<?, ?> wanted = source.getFilter();
        if (wanted == null || wanted.isEmpty()) return NONE;
        Map<Object, Object> honoured = new LinkedHashMap<>();
        String selector = "";
        boolean noLocal = false;
        for (Map.Entry<?, ?> entry : wanted.entrySet()) {
            if (!(entry.getValue() instanceof DescribedType filter))
                continue; // AMQP 1.0 §3.5.8: each is a described type
            if (SELECTOR.describes(filter)) {
                selector = both(selector, textOf(filter.getDescribed()));
            } else if (NO_LOCAL.describes(filter)) {
                noLocal = true;
            } else {
                continue;
            }
            honoured.put(entry.getKey(), filter);
        }
        return new SourceFilters(read(selector), noLocal, honoured);
    }

    /** What a subscription was bound with, as filters that could have asked for it. */
    static SourceFilters of(BindingTerms terms) {
        Map<Object, Object> honoured = new LinkedHashMap<>();
        if (!terms.filterText().isEmpty()) {
            honoured.put(
                    Symbol.valueOf("jms-selector"), new UnknownDescribedType(SELECTOR.symbol(), terms.filterText()));
        }
        if (terms.noLocal().isPresent()) {
            honoured.put(Symbol.valueOf("no-local"), new UnknownDescribedType(NO_LOCAL.symbol(), List.of()));
        }
        return new SourceFilters(Optional.empty(), terms.noLocal().isPresent(), honoured);
    }

    /** @param publisher whose messages are local, itself or by its name */
    BindingTerms termsOf(String key, Object publisher) {
        BindingTerms terms =
                BindingTerms.of(key).filteredBy(selector.map(Filter::text).orElse(""));
        return noLocal ? terms.withoutMessagesOf(publisher) : terms;
    }

    private static String textOf(@Nullable Object described) throws Refusal {
        if (described instanceof String text) return text;
        throw Refusal.ofLink(AmqpError.INVALID_FIELD, "a selector filter holds a string");
    }

    /** AMQP 1.0 §3.5.8: a message passes if it passes every filter. */
    private static String both(String one, String other) {
        if (one.isBlank()) return other;
        return other.isBlank() ? one : "(" + one + ") AND (" + other + ")";
    }

    /** JMS 2.0 §3.8.1.1: an empty selector is none. */
    private static Optional<Filter> read(String selector) throws Refusal {
        if (selector.isBlank()) return Optional.empty();
        try {
            return Optional.of(Filter.ofSelector(selector));
        } catch (FilterSyntaxException e) {
            throw Refusal.ofLink(AmqpError.INVALID_FIELD, String.valueOf(e.getMessage()));
        }
    }
}
