package io.signalbox.mqtt.codec;

import io.netty.buffer.ByteBuf;
import io.signalbox.broker.message.Body;

/**
 * How a message published over MQTT is kept: a property length, the properties that are forwarded (§3.3.2.3: payload
 * format indicator, content type, response topic, correlation data, user properties, in the sender's order), then the
 * payload. A PUBLISH to a 5.0 client copies all of it; one to a 3.x client copies the payload. Stateless.
 */
public final class PublishBody {

    private PublishBody() {}

    /** A body without properties, as a 3.x client publishes. */
    public static Body.Inline ofPayload(byte[] payload) {
        byte[] body = new byte[1 + payload.length];
        System.arraycopy(payload, 0, body, 1, payload.length);
        return Body.Inline.of(body);
    }

    /** The rest of {@code in} as the payload of a body without properties. */
    static Body.Inline ofPayload(ByteBuf in) {
        int length = in.readableBytes();
        byte[] body = new byte[1 + length];
        in.readBytes(body, 1, length);
        return Body.Inline.of(body);
    }

    /**
     * How many bytes the forwarded properties take.
     *
     * @throws IllegalArgumentException if the body was not made here
     */
    public static int propertiesLength(Body.Inline body) {
        int value = 0;
        int at = body.from();
        for (int shift = 0; shift < 7 * VariableByteInteger.MAX_BYTES && at < body.to(); shift += 7) {
            int next = body.bytes()[at++];
            value |= (next & 0x7F) << shift;
            if ((next & 0x80) == 0) {
                if (value > body.to() - at) break;
                return value;
            }
        }
        throw new IllegalArgumentException("a body of " + body.size() + " bytes has no property length");
    }

    /** Index, in the body's array, of the first forwarded property. */
    public static int propertiesFrom(Body.Inline body) {
        return body.from() + VariableByteInteger.size(propertiesLength(body));
    }

    /** Index, in the body's array, of the first byte of the payload. */
    public static int payloadFrom(Body.Inline body) {
        int length = propertiesLength(body);
        return body.from() + VariableByteInteger.size(length) + length;
    }

    /** The same body with one more user property, behind those it has. */
    public static Body.Inline withUserProperty(Body.Inline body, String name, String value) {
        ForwardedProperties.Writer added = ForwardedProperties.writer();
        added.copy(body.bytes(), propertiesFrom(body), propertiesLength(body));
        added.userProperty(name, value);
        return added.body(payload(body));
    }

    /** The application's bytes, in the same array. */
    public static Body.Inline payload(Body.Inline body) {
        return new Body.Inline(body.bytes(), payloadFrom(body), body.to());
    }
}
