package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.apache.qpid.proton.amqp.Symbol;
import org.junit.jupiter.api.Test;

class AddressTest {

    private static Address parse(String text, String... capabilities) {
        Symbol[] symbols = new Symbol[capabilities.length];
        for (int i = 0; i < symbols.length; i++) symbols[i] = Symbol.valueOf(capabilities[i]);
        return Address.parse(text, symbols);
    }

    @Test
    void aPrefixDecidesBeforeACapabilityAndThatBeforeAPath() {
        assertEquals(new Address.Queue("a"), parse("queue://a", "topic"));
        assertEquals(new Address.Topic("a/b"), parse("topic://a/b", "queue"));
        assertEquals(new Address.Topic("/queues/a"), parse("/queues/a", "other", "topic"));
        assertEquals(new Address.Queue("a"), parse("/queues/a"));
        assertEquals(new Address.Unmarked("a/+"), parse("a/+"));
    }

    @Test
    void namesAreKeptAsWritten() {
        assertEquals(new Address.Topic("a/b.c%20+"), parse("topic://a/b.c%20+"));
        assertEquals(new Address.Queue("a/b.c"), parse("queue://a/b.c"));
    }

    @Test
    void pathsAreDecoded() {
        assertEquals(new Address.Queue("a b/c+ü"), parse("/queues/a%20b%2Fc+%C3%BC"));
        assertEquals(new Address.Exchange("x/y", Optional.of("k/l")), parse("/exchanges/x%2Fy/k%2Fl"));
        assertEquals(new Address.Exchange("x", Optional.of("")), parse("/exchanges/x/"));
        assertEquals(new Address.Exchange("x", Optional.empty()), parse("/exchanges/x"));
        assertEquals(new Address.Queue("100%"), parse("/queues/100%"));
    }
}
