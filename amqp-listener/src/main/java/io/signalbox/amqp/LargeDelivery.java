package io.signalbox.amqp;

import io.signalbox.amqp.AmqpMessages.Parsed;
import io.signalbox.broker.LargeArrival;
import io.signalbox.broker.message.Body;
import java.util.Arrays;
import org.apache.qpid.proton.amqp.transport.LinkError;

/**
 * A delivery that is too large to be in memory, on its way in: once its first bytes have shown what it says of itself, the
 * rest goes to the log as its frames come. While the log has no space, what comes counts as {@linkplain Intake#parked parked}.
 * Confined to the connection's event loop.
 */
final class LargeDelivery {

    private final Intake intake;
    private final LargeArrival arrival;
    private final SectionStream sections = new SectionStream();
    private final byte[] beforeBody;
    private final Parsed parsed;
    private final Body.Inline head;
    private int parkedFrames;
    private long parkedBytes;

    /** Where the body and the payload begin in the first bytes. */
    private static final class Beginning implements SectionStream.Sink {
        private final SectionStream sections;
        private int bodyFrom = -1;
        private int payloadFrom = -1;
        private int at;

        Beginning(SectionStream sections) {
            this.sections = sections;
        }

        /** Octet by octet before the body, since that is where a section is known to begin. */
        void read(byte[] bytes, int size) throws Refusal {
            int sectionFrom = 0;
            while (at < size && bodyFrom < 0) {
                if (sections.isBetweenSections()) sectionFrom = at;
                sections.feed(bytes, at, ++at, this);
                if (bodyFrom >= 0) bodyFrom = sectionFrom;
            }
            sections.feed(bytes, at, size, this);
        }

        @Override
        public void body() {
            bodyFrom = at;
        }

        @Override
        public void payload(byte[] bytes, int from, int to) {
            if (payloadFrom < 0) payloadFrom = from;
        }
    }

    /**
     * Begins with what has come.
     *
     * @param size how many of {@code bytes} it is
     * @throws Refusal if that is no message, or says too much before its body begins
     */
    LargeDelivery(AmqpConnection connection, byte[] bytes, int size) throws Refusal {
        intake = connection.intake();
        Beginning beginning = new Beginning(sections);
        beginning.read(bytes, size);
        if (beginning.bodyFrom < 0) {
            throw Refusal.ofLink(
                    LinkError.MESSAGE_SIZE_EXCEEDED,
                    "what a message has before its body is more than " + size + " bytes");
        }
        beforeBody = Arrays.copyOf(bytes, beginning.bodyFrom);
        parsed = AmqpMessages.parse(beforeBody, 0, beforeBody.length);
        int rest = beginning.payloadFrom < 0 ? beginning.bodyFrom : beginning.payloadFrom;
        head = Body.Inline.of(Arrays.copyOfRange(bytes, parsed.contentFrom(), rest));
        arrival = new LargeArrival(
                connection.loop(), connection.listener().broker().store(), this::unpark);
        arrival.add(bytes, rest, size - rest);
    }

    /** Takes the next frame's payload. */
    void add(Payload payload) throws Refusal {
        sections.feed(payload.bytes(), payload.from(), payload.to(), NOWHERE);
        arrival.add(payload.bytes(), payload.from(), payload.size());
        if (!arrival.isWaiting()) return;
        parkedFrames++;
        parkedBytes += payload.size();
        intake.parked(payload.size());
    }

    private static final SectionStream.Sink NOWHERE = new SectionStream.Sink() {
        @Override
        public void body() {}

        @Override
        public void payload(byte[] bytes, int from, int to) {}
    };

    private void unpark() {
        if (parkedFrames > 0) intake.unparked(parkedFrames, parkedBytes);
        parkedFrames = 0;
        parkedBytes = 0;
    }

    /** All of it has come. */
    ArrivedMessage complete(long token, long nowMillis) throws Refusal {
        unpark();
        sections.end();
        long payloadBytes = sections.isReadable() ? sections.payloadBytes() : Body.Large.UNREADABLE;
        LargeRest rest = new LargeRest(arrival, head, payloadBytes);
        return ArrivedMessage.large(token, new Payload(beforeBody, 0, beforeBody.length), parsed, nowMillis, rest);
    }

    /** It never will be complete. */
    void abandon() {
        unpark();
        arrival.abandon();
    }
}
