package io.signalbox.persistence;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.MessageFormat;
import io.signalbox.broker.message.MessageFormats;
import io.signalbox.broker.message.NeutralView;

/** Bodies that are nothing but bytes. */
enum PlainFormat implements MessageFormat {
    PLAIN;

    static final MessageFormats FORMATS = MessageFormats.of(PLAIN);

    static Message message(String address, byte[] body) {
        return new Message(Envelope.of(address, true, 1_000), PLAIN, Body.Inline.of(body));
    }

    @Override
    public byte id() {
        return 1;
    }

    @Override
    public NeutralView neutralView(Envelope envelope, Body.Inline body) {
        return NeutralView.ofPayload(body, NeutralView.PayloadKind.BINARY);
    }
}
