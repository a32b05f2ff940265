package io.signalbox.amqp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.queue.Annotations;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.jspecify.annotations.Nullable;

/**
 * The annotations that receivers give with the outcome {@code modified} (AMQP 1.0 §3.4.5): they are combined with the message's
 * own when it is delivered again. The core keeps them as an encoded section. Pure functions.
 */
final class AddedAnnotations {

    /** Of one message, encoded: it is memory that only receivers ask for. */
    private static final int MOST_BYTES = 1024;

    private AddedAnnotations() {}

    /**
     * What a message has when these are added to what was added before; nothing if that stays as it is.
     *
     * @throws Refusal if it is more than is kept
     */
    static Annotations merged(Annotations before, @Nullable Map<?, ?> added) throws Refusal {
        if (added == null || added.isEmpty()) return Annotations.NONE;
        Map<Symbol, Object> all = decoded(before.encoded(), 0, before.encoded().length);
        added.forEach((key, value) -> {
            if (key instanceof Symbol symbol) all.put(symbol, value);
        });
        ByteBuf out = encoded(all);
        if (out.readableBytes() > MOST_BYTES) {
            throw Refusal.ofSession(
                    AmqpError.RESOURCE_LIMIT_EXCEEDED,
                    "the annotations added to one message may have " + MOST_BYTES + " bytes in all");
        }
        return new Annotations(Arrays.copyOf(out.array(), out.readableBytes()));
    }

    /** A message as it is delivered with what was added to it; as it is if its own annotations cannot be read. */
    static Body.Inline into(Body.Inline body, Annotations added) {
        if (added.isEmpty()) return body;
        try {
            int[] own = {body.from(), body.from()};
            AmqpMessages.forEachSectionBeforeBody(body.bytes(), body.from(), body.to(), (code, from, valueFrom, to) -> {
                if (code == AmqpMessages.MESSAGE_ANNOTATIONS) own[1] = to;
            });
            Map<Symbol, Object> all = decoded(body.bytes(), own[0], own[1]);
            all.putAll(decoded(added.encoded(), 0, added.encoded().length));
            ByteBuf out = encoded(all);
            out.writeBytes(body.bytes(), own[1], body.to() - own[1]);
            return new Body.Inline(out.array(), 0, out.readableBytes());
        } catch (Refusal e) {
            return body;
        }
    }

    private static Map<Symbol, Object> decoded(byte[] bytes, int from, int to) throws Refusal {
        Map<Symbol, Object> annotations = new LinkedHashMap<>();
        if (from == to) return annotations;
        Object section = PerformativeCodec.ofThread().decode(bytes, from, to);
        if (section instanceof MessageAnnotations found && found.getValue() != null) {
            annotations.putAll(found.getValue());
        }
        return annotations;
    }

    /** On the heap, from the start of its array. */
    private static ByteBuf encoded(Map<Symbol, Object> annotations) {
        ByteBuf out = Unpooled.buffer(256);
        PerformativeCodec.ofThread().encode(new MessageAnnotations(annotations), new ByteBufSink(out));
        return out;
    }
}
