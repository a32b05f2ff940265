package io.signalbox.server.control;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Message;
import java.util.Arrays;

/** What a {@code subscribe} command gets its messages from. Confined to the connection's event loop. */
interface ControlSubscription {

    /** The command has printed this delivery. */
    void accept(long delivery) throws ControlRefusal;

    void onWritabilityChanged();

    void close();

    /** A message as the command gets it, which is not large; one that cannot be read, as it is stored. */
    static ControlMessage toControl(Message message, long delivery) {
        Body.Inline payload;
        try {
            payload = message.neutralView().payload();
        } catch (IllegalArgumentException e) {
            payload = message.content();
        }
        return ControlMessage.of("message")
                .with("delivery", delivery)
                .with("address", message.envelope().address())
                .with("payload", Arrays.copyOfRange(payload.bytes(), payload.from(), payload.to()));
    }
}
