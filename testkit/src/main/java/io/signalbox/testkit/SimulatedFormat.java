package io.signalbox.testkit;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.MessageFormat;
import io.signalbox.broker.message.MessageFormats;
import io.signalbox.broker.message.NeutralView;

/** A message format whose bodies are nothing but bytes. */
public enum SimulatedFormat implements MessageFormat {
    BYTES;

    /** This format and no other. */
    public static final MessageFormats ONLY = MessageFormats.of(BYTES);

    @Override
    public byte id() {
        return Byte.MAX_VALUE;
    }

    @Override
    public NeutralView neutralView(Envelope envelope, Body.Inline body) {
        return NeutralView.ofPayload(body, NeutralView.PayloadKind.BINARY);
    }
}
