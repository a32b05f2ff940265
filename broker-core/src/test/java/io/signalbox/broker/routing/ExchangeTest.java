package io.signalbox.broker.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.signalbox.broker.TestMessages;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.MessageFormat;
import io.signalbox.broker.message.NeutralView;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Exchanges that lead to exchanges, and messages that cannot be read. */
class ExchangeTest {

    private record Leaf(int number) implements Destination {
        @Override
        public void route(Message message, Object origin, int flags, Matches found) {
            found.add(this, flags);
        }
    }

    private static Exchange fanout(String name) {
        return new Exchange(name, ExchangeType.FANOUT, false);
    }

    private static int matches(Exchange exchange, Message message) {
        Matches matches = new Matches();
        exchange.route(message, new Object(), 0, matches);
        return matches.size();
    }

    @Test
    void anExchangeBoundToManyOthersReachesThemAll() {
        Exchange top = fanout("top");
        for (int i = 0; i < 100; i++) {
            Exchange below = fanout("e" + i);
            below.addBinding(Binding.of("", new Leaf(i)));
            top.addBinding(Binding.of("", below));
        }
        assertEquals(100, matches(top, TestMessages.durable("", "")));
    }

    @Test
    void everyPathThroughALatticeOfExchangesIsNotWalkedTwice() {
        Exchange[] layer = {fanout("a"), fanout("b")};
        Exchange top = layer[0];
        for (int depth = 0; depth < 25; depth++) { // 2^25 paths
            Exchange[] below = {fanout("l" + depth), fanout("r" + depth)};
            for (Exchange exchange : layer) {
                for (Exchange next : below) exchange.addBinding(Binding.of("", next));
            }
            layer = below;
        }
        layer[0].addBinding(Binding.of("", new Leaf(0)));
        layer[1].addBinding(Binding.of("", new Leaf(1)));
        assertEquals(2, matches(top, TestMessages.durable("", "")));
    }

    @Test
    void aMessageWhosePropertiesCannotBeReadMatchesNoHeadersAndHarmsNobody() {
        MessageFormat broken = new MessageFormat() {
            @Override
            public byte id() {
                return 1;
            }

            @Override
            public NeutralView neutralView(Envelope envelope, Body.Inline body) {
                throw new IllegalArgumentException("byte 3 is not of this format");
            }
        };
        Message message = new Message(Envelope.of("k", true, 0), broken, Body.Inline.of(new byte[4]));
        Exchange headers = new Exchange("h", ExchangeType.HEADERS, false);
        headers.addBinding(new Binding("", new Leaf(0), 0, null, Map.of("a", "1")));
        assertEquals(0, matches(headers, message));
        headers.addBinding(new Binding("all", new Leaf(1), 0, null, Map.of()));
        assertEquals(1, matches(headers, message));
    }

    @Test
    void headersCompareBytesByContentAndFractionsAsFractions() {
        Exchange headers = new Exchange("h", ExchangeType.HEADERS, false);
        headers.addBinding(new Binding("bytes", new Leaf(0), 0, null, Map.of("b", new byte[] {1, 2})));
        headers.addBinding(new Binding("number", new Leaf(1), 0, null, Map.of("n", 1)));
        assertEquals(1, matches(headers, TestMessages.withProperties("", new NeutralView.Property("b", new byte[] {1, 2
        }))));
        assertEquals(0, matches(headers, TestMessages.withProperties("", new NeutralView.Property("n", 1.5))));
    }
}
