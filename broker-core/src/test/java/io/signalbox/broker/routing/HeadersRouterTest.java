package io.signalbox.broker.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.signalbox.broker.TestMessages;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.NeutralView.Property;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HeadersRouterTest {

    private final Exchange exchange = new Exchange("h", ExchangeType.HEADERS, false);
    private final Exchange destination = new Exchange("d", ExchangeType.FANOUT, false);
    private final Matches matches = new Matches();

    private int matchesOf(Map<String, Object> arguments, Property... properties) {
        exchange.addBinding(new Binding("", destination, 0, null, arguments));
        destination.addBinding(Binding.of("", new Leaf()));
        matches.reset();
        exchange.route(TestMessages.withProperties("", properties), new Object(), 0, matches);
        return matches.size();
    }

    private record Leaf() implements Destination {
        @Override
        public void route(Message message, Object origin, int flags, Matches found) {
            found.add(this, flags);
        }
    }

    @Test
    void allWantsEveryArgument() {
        assertEquals(1, matchesOf(Map.of("a", "1", "b", 2), new Property("a", "1"), new Property("b", 2L)));
        assertEquals(0, matchesOf(Map.of("a", "1", "b", 2), new Property("a", "1")));
    }

    @Test
    void anyWantsOneArgument() {
        assertEquals(1, matchesOf(Map.of("x-match", "any", "a", "1", "b", 2), new Property("b", 2)));
        assertEquals(0, matchesOf(Map.of("x-match", "any", "a", "1"), new Property("a", "2")));
    }

    @Test
    void anotherMatchIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> matchesOf(Map.of("x-match", "some")));
    }

    @Test
    void exchangesBoundInACircleStopSomewhere() {
        exchange.addBinding(Binding.of("", destination));
        destination.addBinding(Binding.of("", exchange));
        matches.reset();
        exchange.route(TestMessages.withProperties(""), new Object(), 0, matches);
        assertEquals(0, matches.size());
    }
}
