package io.signalbox.benchmarks.parts;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.MessageFormat;
import io.signalbox.broker.message.NeutralView;

/** Messages whose body is nothing but bytes. */
public enum PlainBytes implements MessageFormat {
    FORMAT;

    /** A durable message that does not expire. */
    public static Message message(String address, int bodyBytes) {
        return new Message(Envelope.of(address, true, 1_000), FORMAT, Body.Inline.of(new byte[bodyBytes]));
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
