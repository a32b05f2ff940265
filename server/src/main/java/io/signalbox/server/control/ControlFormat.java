package io.signalbox.server.control;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.MessageFormat;
import io.signalbox.broker.message.NeutralView;
import io.signalbox.broker.message.NeutralView.PayloadKind;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * What the command line publishes: the payload and nothing else. The body is one octet for the kind of payload, then the
 * payload. Stateless and thread-safe.
 */
public final class ControlFormat implements MessageFormat {

    private static final byte ID = 3;
    private static final byte BINARY = 0;
    private static final byte TEXT = 1;

    /** The body of a payload, which is text if it reads as UTF-8. */
    Body.Inline body(byte[] payload) {
        byte[] body = new byte[payload.length + 1];
        body[0] = isText(payload) ? TEXT : BINARY;
        System.arraycopy(payload, 0, body, 1, payload.length);
        return Body.Inline.of(body);
    }

    private static boolean isText(byte[] payload) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    @Override
    public byte id() {
        return ID;
    }

    @Override
    public NeutralView neutralView(Envelope envelope, Body.Inline body) {
        if (body.size() < 1) throw new IllegalArgumentException("the body has no octet for its kind");
        byte kind = body.bytes()[body.from()];
        if (kind != BINARY && kind != TEXT) throw new IllegalArgumentException("unknown kind of payload " + kind);
        Body.Inline payload = new Body.Inline(body.bytes(), body.from() + 1, body.to());
        return NeutralView.ofPayload(payload, kind == TEXT ? PayloadKind.TEXT : PayloadKind.BINARY);
    }
}
