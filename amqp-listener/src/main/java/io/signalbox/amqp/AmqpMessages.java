package io.signalbox.amqp;

import io.signalbox.broker.message.Envelope;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.amqp.transport.AmqpError;

/**
 * Messages as a row of sections (AMQP 1.0 §3.2): reads the header, checks that the rest is well-formed and in order, and
 * leaves it as the bytes it came in. Pure functions.
 */
final class AmqpMessages {

    static final int HEADER = 0x70;
    static final int DELIVERY_ANNOTATIONS = 0x71;
    static final int MESSAGE_ANNOTATIONS = 0x72;
    static final int PROPERTIES = 0x73;
    static final int APPLICATION_PROPERTIES = 0x74;
    static final int DATA = 0x75;
    static final int AMQP_SEQUENCE = 0x76;
    static final int AMQP_VALUE = 0x77;
    static final int FOOTER = 0x78;

    private static final int NO_SECTION = 0;

    /** Place of absolute-expiry-time among the properties (AMQP 1.0 §3.2.4). */
    private static final int ABSOLUTE_EXPIRY_FIELD = 8;

    private static final byte TIMESTAMP = (byte) 0x83;

    private AmqpMessages() {}

    /**
     * What the broker reads of a message that arrives.
     *
     * @param contentFrom index of the first byte that is kept: everything but header and delivery annotations
     * @param annotations the range of the message annotations
     * @param properties the range of the properties section
     */
    record Parsed(MessageHeader header, int contentFrom, Range annotations, Range properties) {

        /**
         * When the message expires: the earlier of its ttl from now on and its absolute-expiry-time, in wall-clock
         * milliseconds.
         */
        long expiresAtMillis(byte[] bytes, long nowMillis) throws Refusal {
            long byTtl = header.ttlMillis() == MessageHeader.NO_TTL ? Envelope.NEVER : nowMillis + header.ttlMillis();
            return Math.min(byTtl, absoluteExpiryTime(bytes, properties));
        }
    }

    /** A range of an array; empty if {@code from == to}. */
    record Range(int from, int to) {
        static final Range EMPTY = new Range(0, 0);

        boolean isEmpty() {
            return from == to;
        }
    }

    /** Receives the sections of a message in order. */
    @FunctionalInterface
    interface SectionVisitor {
        /**
         * @param code the section's descriptor, {@link #HEADER} to {@link #FOOTER}
         * @param from index of the section's descriptor
         * @param valueFrom index of the section's value
         * @param to index after the section
         */
        void section(int code, int from, int valueFrom, int to) throws Refusal;
    }

    /**
     * Reads a message that arrives.
     *
     * @throws Refusal amqp:decode-error if it is not a well-formed AMQP 1.0 message; amqp:not-implemented, of the link, if it
     *     has annotations that must be understood and are not
     */
    static Parsed parse(byte[] bytes, int from, int to) throws Refusal {
        Arrival arrival = new Arrival(bytes, from);
        forEachSection(bytes, from, to, arrival);
        return new Parsed(arrival.header, arrival.contentFrom, arrival.annotations, arrival.properties);
    }

    /** Visits every section, having checked that each is well-formed and stands where AMQP 1.0 §3.2 has it. */
    static void forEachSection(byte[] bytes, int from, int to, SectionVisitor visitor) throws Refusal {
        walk(bytes, from, to, FOOTER, visitor);
    }

    /** As {@link #forEachSection}, but leaves body and footer unread. */
    static void forEachSectionBeforeBody(byte[] bytes, int from, int to, SectionVisitor visitor) throws Refusal {
        walk(bytes, from, to, APPLICATION_PROPERTIES, visitor);
    }

    private static void walk(byte[] bytes, int from, int to, int lastWanted, SectionVisitor visitor) throws Refusal {
        int last = NO_SECTION;
        int at = from;
        while (at < to) {
            int valueFrom = at + 3;
            int code = sectionCode(bytes, at, to);
            if (code == NO_SECTION) { // the long way to write a descriptor
                valueFrom = at < to && bytes[at] == 0 ? TypeWalk.skip(bytes, at + 1, to) : at;
                code = sectionCodeOfLongForm(bytes, at, valueFrom);
            }
            if (code > lastWanted) return;
            checkOrder(last, code);
            int end = TypeWalk.skip(bytes, valueFrom, to);
            checkValue(code, bytes[valueFrom] & 0xff);
            visitor.section(code, at, valueFrom, end);
            last = code;
            at = end;
        }
    }

    private static int sectionCode(byte[] bytes, int at, int to) {
        if (to - at < 4 || bytes[at] != 0 || bytes[at + 1] != 0x53) return NO_SECTION;
        int code = bytes[at + 2] & 0xff;
        return code >= HEADER && code <= FOOTER ? code : NO_SECTION;
    }

    private static int sectionCodeOfLongForm(byte[] bytes, int at, int valueFrom) throws Refusal {
        if (valueFrom - at < 2) throw malformed("a message section does not begin with a descriptor");
        Object descriptor = PerformativeCodec.ofThread().decode(bytes, at + 1, valueFrom);
        return sectionCode(descriptor.toString());
    }

    /** @param descriptor as number or name */
    static int sectionCode(String descriptor) throws Refusal {
        return switch (descriptor) {
            case "112", "amqp:header:list" -> HEADER;
            case "113", "amqp:delivery-annotations:map" -> DELIVERY_ANNOTATIONS;
            case "114", "amqp:message-annotations:map" -> MESSAGE_ANNOTATIONS;
            case "115", "amqp:properties:list" -> PROPERTIES;
            case "116", "amqp:application-properties:map" -> APPLICATION_PROPERTIES;
            case "117", "amqp:data:binary" -> DATA;
            case "118", "amqp:amqp-sequence:list" -> AMQP_SEQUENCE;
            case "119", "amqp:amqp-value:*" -> AMQP_VALUE;
            case "120", "amqp:footer:map" -> FOOTER;
            default -> throw malformed("a message has a section that AMQP 1.0 does not know");
        };
    }

    static void checkOrder(int last, int code) throws Refusal {
        boolean repeats = code == last && (code == DATA || code == AMQP_SEQUENCE);
        boolean secondBody = last >= DATA && last <= AMQP_VALUE && code >= DATA && code <= AMQP_VALUE && !repeats;
        if (secondBody || (code <= last && !repeats)) {
            throw malformed("the sections of a message are out of order");
        }
    }

    /** AMQP 1.0 §3.2: which encodings a section's value may have. */
    static void checkValue(int code, int constructor) throws Refusal {
        boolean fits = switch (code) {
            case HEADER, PROPERTIES, AMQP_SEQUENCE -> constructor == 0x45 || constructor == 0xc0 || constructor == 0xd0;
            case DATA -> constructor == 0xa0 || constructor == 0xb0;
            case AMQP_VALUE -> true;
            default -> constructor == 0xc1 || constructor == 0xd1 || constructor == 0x40;
        };
        if (!fits) throw malformed("a message section has a value of the wrong type");
    }

    /** The properties section of a message; an empty one if there is none. */
    static Properties properties(byte[] bytes, Range section) throws Refusal {
        if (section.isEmpty()) return new Properties();
        Object value = PerformativeCodec.ofThread().decode(bytes, section.from(), section.to());
        if (value instanceof Properties properties) return properties;
        throw malformed("the properties section cannot be decoded");
    }

    /** Finds one field without decoding the others: this is asked of every message. */
    private static long absoluteExpiryTime(byte[] bytes, Range section) throws Refusal {
        if (section.isEmpty()) return Envelope.NEVER;
        int list = TypeWalk.skip(bytes, section.from() + 1, section.to());
        int constructor = bytes[list] & 0xff;
        if (constructor == 0x45) return Envelope.NEVER; // an empty list
        int count = constructor == 0xc0 ? bytes[list + 2] & 0xff : BigEndian.intAt(bytes, list + 5);
        if (count <= ABSOLUTE_EXPIRY_FIELD) return Envelope.NEVER;
        int field = list + (constructor == 0xc0 ? 3 : 9);
        for (int i = 0; i < ABSOLUTE_EXPIRY_FIELD; i++) field = TypeWalk.skip(bytes, field, section.to());
        return bytes[field] == TIMESTAMP ? BigEndian.longAt(bytes, field + 1) : Envelope.NEVER;
    }

    private static Refusal malformed(String sentence) {
        return Refusal.ofConnection(AmqpError.DECODE_ERROR, sentence);
    }

    /** Collects what is wanted of an arriving message. */
    private static final class Arrival implements SectionVisitor {
        private final byte[] bytes;
        private MessageHeader header = MessageHeader.DEFAULT;
        private int contentFrom;
        private Range annotations = Range.EMPTY;
        private Range properties = Range.EMPTY;

        Arrival(byte[] bytes, int from) {
            this.bytes = bytes;
            this.contentFrom = from;
        }

        @Override
        public void section(int code, int from, int valueFrom, int to) throws Refusal {
            if (code == HEADER) header = readHeader(from, to);
            if (code == DELIVERY_ANNOTATIONS || code == MESSAGE_ANNOTATIONS || code == FOOTER) {
                AnnotationKeys.check(bytes, valueFrom, to);
            }
            if (code == HEADER || code == DELIVERY_ANNOTATIONS) contentFrom = to;
            if (code == MESSAGE_ANNOTATIONS) annotations = new Range(from, to);
            if (code == PROPERTIES) properties = new Range(from, to);
        }

        private MessageHeader readHeader(int from, int to) throws Refusal {
            MessageHeader usual = MessageHeader.read(bytes, from, to);
            if (usual != null) return usual;
            Object value = PerformativeCodec.ofThread().decode(bytes, from, to);
            if (value instanceof Header section) return MessageHeader.of(section);
            throw malformed("the header section cannot be decoded");
        }
    }
}
