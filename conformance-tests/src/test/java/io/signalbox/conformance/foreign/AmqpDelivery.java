package io.signalbox.conformance.foreign;

/**
 * A message as it came to a client.
 *
 * @param handle what the client knows it by, until it is settled
 * @param body the body in the client's words, which are the same for what it sent
 * @param replyTo empty if there is none, like {@code correlationId}
 */
record AmqpDelivery(Object handle, String body, String replyTo, String correlationId, int deliveryCount) {}
