package io.signalbox.amqp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.LinkError;

/**
 * Walks along the sections of a large message (AMQP 1.0 §3.2) as its bytes come, and finds the payload in them: of the
 * data sections, or of a value that is binary or text. It holds a few bytes whatever the sections hold, and the footer; so it
 * tells whether sections are whole and in their order, and not whether what is nested in them is. Used once, by one thread.
 */
final class SectionStream {

    private static final int MAX_DESCRIPTOR_BYTES = 64;
    private static final int MAX_FOOTER_BYTES = 64 << 10;

    /** Described values in one section. */
    private static final int MAX_NESTED = 16;

    private static final int BINARY8 = 0xa0;
    private static final int STRING8 = 0xa1;
    private static final int BINARY32 = 0xb0;
    private static final int STRING32 = 0xb1;

    private enum Part {
        /** Between two sections. */
        START,
        DESCRIPTOR,
        VALUE
    }

    private Part part = Part.START;
    private int code;
    private int last;

    /** Values that are left of this part. */
    private int values;

    /** Values of this section that are described. */
    private int described;

    private boolean constructorSeen;
    private int sizeOctets;
    private long size;
    private long remaining;
    private boolean isPayload;
    private boolean isText;
    private long payloadBytes;
    private boolean unreadable;
    private boolean bodySeen;

    /** Of the descriptor, then of the footer's value, with its constructor. */
    private byte[] captured = new byte[MAX_DESCRIPTOR_BYTES];

    private int capturedBytes;

    /** Receives what is found. */
    interface Sink {

        /** The body begins. */
        void body();

        /** Some of the payload. */
        void payload(byte[] bytes, int from, int to);
    }

    /** @throws Refusal if it is not a message */
    void feed(byte[] bytes, int from, int to, Sink sink) throws Refusal {
        int at = from;
        while (at < to) {
            if (remaining > 0) {
                int count = (int) Math.min(remaining, to - at);
                pass(bytes, at, count, sink);
                at += count;
                continue;
            }
            int octet = bytes[at++] & 0xff;
            if (part == Part.START) begin(octet);
            else if (sizeOctets > 0) sizeOctet(octet, sink);
            else constructor(octet, sink);
        }
    }

    private void begin(int octet) throws Refusal {
        if (octet != 0) throw malformed("a message section does not begin with a descriptor");
        part = Part.DESCRIPTOR;
        values = 1;
        described = 0;
        capturedBytes = 0;
    }

    private void constructor(int octet, Sink sink) throws Refusal {
        isPayload = false;
        if (part == Part.VALUE && !constructorSeen) firstConstructor(octet);
        constructorSeen = true;
        if (octet == 0) {
            if (part == Part.DESCRIPTOR || ++described > MAX_NESTED) throw malformed("values are described too deeply");
            values++;
            return;
        }
        capture(octet);
        switch (octet >> 4) {
            case 0x4 -> ends(sink);
            case 0x5 -> holds(1);
            case 0x6 -> holds(2);
            case 0x7 -> holds(4);
            case 0x8 -> holds(8);
            case 0x9 -> holds(16);
            case 0xa, 0xc, 0xe -> sizeOctets = 1;
            case 0xb, 0xd, 0xf -> sizeOctets = 4;
            default -> throw malformed("there is no type 0x" + Integer.toHexString(octet));
        }
    }

    private void firstConstructor(int octet) throws Refusal {
        AmqpMessages.checkValue(code, octet);
        boolean isBinary = octet == BINARY8 || octet == BINARY32;
        boolean isString = octet == STRING8 || octet == STRING32;
        if (code == AmqpMessages.DATA) isPayload = true;
        else if (code == AmqpMessages.AMQP_VALUE && (isBinary || isString)) {
            isPayload = true;
            isText = isString;
        } else if (code < AmqpMessages.FOOTER && code > AmqpMessages.DATA) unreadable = true;
    }

    private void holds(long bytes) {
        remaining = bytes;
    }

    private void sizeOctet(int octet, Sink sink) throws Refusal {
        capture(octet);
        size = size << 8 | octet;
        if (--sizeOctets > 0) return;
        remaining = size;
        size = 0;
        if (isPayload) payloadBytes += remaining;
        if (remaining == 0) ends(sink);
    }

    private void pass(byte[] bytes, int at, int count, Sink sink) throws Refusal {
        if (isPayload) sink.payload(bytes, at, at + count);
        if (isCaptured()) {
            for (int i = 0; i < count; i++) capture(bytes[at + i]);
        }
        remaining -= count;
        if (remaining == 0) ends(sink);
    }

    private boolean isCaptured() {
        return part == Part.DESCRIPTOR || code == AmqpMessages.FOOTER;
    }

    private void capture(int octet) throws Refusal {
        if (!isCaptured()) return;
        int most = part == Part.DESCRIPTOR ? MAX_DESCRIPTOR_BYTES : MAX_FOOTER_BYTES;
        if (capturedBytes == most) {
            if (part == Part.DESCRIPTOR) throw malformed("a message has a section that AMQP 1.0 does not know");
            throw Refusal.ofLink(
                    LinkError.MESSAGE_SIZE_EXCEEDED,
                    "the footer of a large message may have " + MAX_FOOTER_BYTES + " bytes");
        }
        if (capturedBytes == captured.length) captured = Arrays.copyOf(captured, Math.min(most, capturedBytes * 2));
        captured[capturedBytes++] = (byte) octet;
    }

    /** A value is over. */
    private void ends(Sink sink) throws Refusal {
        if (--values > 0) return;
        if (part == Part.DESCRIPTOR) {
            code = sectionCode();
            AmqpMessages.checkOrder(last, code);
            part = Part.VALUE;
            values = 1;
            constructorSeen = false;
            capturedBytes = 0;
            if (code >= AmqpMessages.DATA && !bodySeen) {
                bodySeen = true;
                sink.body();
            }
            return;
        }
        if (code == AmqpMessages.FOOTER) {
            TypeWalk.skip(captured, 0, capturedBytes);
            AnnotationKeys.check(captured, 0, capturedBytes);
        }
        last = code;
        part = Part.START;
    }

    private int sectionCode() throws Refusal {
        int constructor = captured[0] & 0xff;
        int from = switch (constructor) {
            case 0x53, 0x80 -> 1;
            case 0xa3 -> 2;
            case 0xb3 -> 5;
            default -> throw malformed("a message section does not begin with a descriptor");
        };
        if (from > 1) {
            return AmqpMessages.sectionCode(
                    new String(captured, from, capturedBytes - from, StandardCharsets.US_ASCII));
        }
        long number = 0;
        for (int i = from; i < capturedBytes; i++) number = number << 8 | (captured[i] & 0xff);
        return AmqpMessages.sectionCode(Long.toUnsignedString(number));
    }

    /** Whether no section has begun that is not over. */
    boolean isBetweenSections() {
        return part == Part.START;
    }

    /** The message is over. */
    void end() throws Refusal {
        if (part != Part.START) throw malformed("a value is cut off");
    }

    /** Whether the payload can be found without the whole message in memory. */
    boolean isReadable() {
        return bodySeen && !unreadable;
    }

    /** Of the payload that has begun so far, by what its sections say. */
    long payloadBytes() {
        return payloadBytes;
    }

    /** Whether the payload is text, as far as its sender says. */
    boolean isText() {
        return isText;
    }

    private static Refusal malformed(String sentence) {
        return Refusal.ofConnection(AmqpError.DECODE_ERROR, sentence);
    }
}
