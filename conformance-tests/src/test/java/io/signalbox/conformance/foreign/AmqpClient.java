package io.signalbox.conformance.foreign;

import java.time.Duration;
import java.util.Optional;

/** One AMQP connection, whoever wrote the client. Used by one thread. */
interface AmqpClient extends AutoCloseable {

    /** A sender whose deliveries the broker settles; fails with the broker's sentence if it refuses the link. */
    AmqpSender sender(String address);

    /** A sender that settles what it sends. */
    AmqpSender settledSender(String address);

    /** A sender without a target: each message says where it goes. */
    AmqpSender anonymousSender();

    AmqpReceiver receiver(AmqpSource source);

    /** Closes the connection if it is still open. */
    @Override
    void close();

    /** One outgoing link. */
    interface AmqpSender {

        /** Sends as soon as there is credit. */
        Sent send(AmqpMessage message);
    }

    /** A message that has been handed to the client. */
    interface Sent {

        /** Waits for what became of it. */
        AmqpOutcome outcome();

        /** The body in the client's words; called after {@link #outcome()}. */
        String body();
    }

    /** One incoming link. */
    interface AmqpReceiver {

        /** The node that it receives from, as the broker's attach says. */
        String address();

        /** The next message, if one comes within the limit. */
        Optional<AmqpDelivery> poll(Duration limit);

        void credit(int credit);

        /** Asks for what there is and gives the rest of the credit back; returns when the broker has answered. */
        void drain();

        void settle(AmqpDelivery delivery, AmqpOutcome outcome);

        void close();

        default AmqpDelivery receive() {
            return poll(MqttLink.RECEIVE_LIMIT)
                    .orElseThrow(() -> new AssertionError("no message within " + MqttLink.RECEIVE_LIMIT));
        }

        default void assertNothingMore() {
            poll(MqttLink.SILENCE).ifPresent(delivery -> {
                throw new AssertionError("one more: " + delivery);
            });
        }
    }
}
