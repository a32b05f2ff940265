package io.signalbox.amqp;

import io.signalbox.broker.LargeReader;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.Pieces;
import io.signalbox.broker.queue.Annotations;
import io.signalbox.broker.store.StoreException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A message's sections as this broker sends them, but for those that each delivery has of its own. Immutable.
 *
 * @param inMemory all of them, or those of a large message up to where its pieces go on
 */
record OutgoingBody(Body.Inline inMemory, Optional<Pieces> rest) {

    /** @throws IllegalArgumentException if it cannot be written as AMQP */
    static OutgoingBody of(Message message, Annotations added) {
        Optional<Body.Large> large = message.large();
        Body.Inline sections;
        if (message.format() == AmqpFormat.INSTANCE) {
            sections = message.head();
        } else if (large.isPresent()) {
            sections = NeutralSections.encodeLarge(message.envelope(), message.neutralView(), large.get());
        } else {
            sections = NeutralSections.encode(message.envelope(), message.neutralView());
        }
        return new OutgoingBody(AddedAnnotations.into(sections, added), large.map(Body.Large::pieces));
    }

    long size() {
        return inMemory.size() + rest.map(Pieces::totalBytes).orElse(0L);
    }

    /** Begins to read the rest of a large one, if it is one. */
    Optional<LargeReader> reader(AmqpConnection connection, Consumer<StoreException> unreadable) {
        return rest.map(pieces -> new LargeReader(
                connection.loop(), connection.listener().broker().store(), pieces, new LargeReader.Listener() {
                    @Override
                    public void onReadable() {
                        connection.endOfBatch();
                    }

                    @Override
                    public void onUnreadable(StoreException cause) {
                        unreadable.accept(cause);
                    }
                }));
    }
}
