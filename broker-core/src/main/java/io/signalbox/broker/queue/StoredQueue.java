package io.signalbox.broker.queue;

import io.signalbox.broker.message.Message;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** The entries that the log has of a queue, for tools that bring a store in order without a broker. Confined to one thread. */
public final class StoredQueue {
    private final QueueSettings settings;
    private final QueueIndex index = new QueueIndex(QueueIndex.SLOT_BITS);

    public StoredQueue(QueueSettings settings) {
        this.settings = settings;
    }

    /** Takes in a part of an image; {@code living} is told the LSN of each entry. */
    public void image(byte[] part, LongConsumer living) {
        index.restore(part, living);
    }

    /** Takes in an entry of the log, in its order. */
    public void entry(long lsn, int flags, Message message) {
        index.restore(settings.priorityOf(message), lsn, flags, message);
    }

    /** Ends what was settled; false if it is not there. */
    public boolean settled(long lsn) {
        return index.endRestored(lsn);
    }

    /** Tells what lies in the log below this LSN, part by part, as a queue does for a checkpoint. */
    public void tell(long belowLsn, Consumer<byte[]> parts) {
        QueueImage image = index.image(belowLsn);
        while (!image.isOver()) {
            byte[] part = image.nextPart();
            if (part != null) parts.accept(part);
        }
    }
}
