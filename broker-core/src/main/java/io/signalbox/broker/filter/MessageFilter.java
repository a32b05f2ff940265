package io.signalbox.broker.filter;

import io.signalbox.broker.message.Message;

/** Whether somebody wants a message. Immutable and thread-safe; the message's body is resident. */
@FunctionalInterface
public interface MessageFilter {

    /** Wants everything. */
    MessageFilter ALL = message -> true;

    boolean accepts(Message message);
}
