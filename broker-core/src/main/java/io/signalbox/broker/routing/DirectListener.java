package io.signalbox.broker.routing;

import io.signalbox.broker.message.Message;

/** The consumer's side of a {@link DirectSubscription}. Every method is called on the subscription's event loop. */
public interface DirectListener {

    /** One message, resident; nothing to settle. It is held for the listener, who {@linkplain Message#release releases} it. */
    void onMessage(Message message, int flags);

    /** After the last of a batch: the time to flush. */
    void onBatchEnd();
}
