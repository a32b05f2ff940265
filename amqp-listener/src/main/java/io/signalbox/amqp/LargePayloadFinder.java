package io.signalbox.amqp;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.PayloadFinder;

/** Takes the payload out of a large message's sections. Used once, by one thread. */
final class LargePayloadFinder implements PayloadFinder {

    private final SectionStream sections = new SectionStream();

    private LargePayloadFinder() {}

    /** @param head which ends where the payload begins */
    static LargePayloadFinder of(Body.Inline head) throws Refusal {
        LargePayloadFinder finder = new LargePayloadFinder();
        finder.feed(head.bytes(), head.from(), head.to(), (bytes, from, to) -> {});
        return finder;
    }

    /** Whether the payload is text, as far as its sender says. */
    boolean isText() {
        return sections.isText();
    }

    @Override
    public void next(byte[] piece, Sink sink) {
        try {
            feed(piece, 0, piece.length, sink);
        } catch (Refusal e) {
            throw new IllegalStateException("a message was checked when it came, and is another: " + e.sentence(), e);
        }
    }

    private void feed(byte[] bytes, int from, int to, Sink sink) throws Refusal {
        sections.feed(bytes, from, to, new SectionStream.Sink() {
            @Override
            public void body() {}

            @Override
            public void payload(byte[] found, int begin, int end) {
                sink.payload(found, begin, end);
            }
        });
    }
}
