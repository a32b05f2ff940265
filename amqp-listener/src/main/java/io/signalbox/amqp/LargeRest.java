package io.signalbox.amqp;

import io.signalbox.broker.LargeArrival;
import io.signalbox.broker.message.Body;

/**
 * What a large message has besides the sections before its body.
 *
 * @param arrival the rest of it, in the log as far as there is space
 * @param head what is kept in memory: from after header and delivery annotations to where the payload begins
 * @param payloadBytes see {@link Body.Large}
 */
record LargeRest(LargeArrival arrival, Body.Inline head, long payloadBytes) {}
