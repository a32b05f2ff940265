package io.signalbox.broker.queue;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gathers, on the reader's thread, what was asked of the log; then it is a command of the queue. */
final class Load extends QueueCommand implements MessageStore.ReadSink {
    private static final Logger LOG = LoggerFactory.getLogger(Load.class);

    private final String queue;
    private final List<Entry> entries;
    private final Consumer<QueueCommand> complete;
    private final List<@Nullable Message> messages;

    /** @param queue its name, for the operator */
    Load(String queue, List<Entry> entries, Consumer<QueueCommand> complete) {
        this.queue = queue;
        this.entries = entries;
        this.complete = complete;
        this.messages = new ArrayList<>(entries.size());
    }

    /** Asks for the messages. */
    void from(MessageStore store) {
        store.read(entries.stream().mapToLong(entry -> entry.lsn).toArray(), this, this::failed);
    }

    @Override
    public void loaded(long lsn, Message message) {
        next(message);
    }

    @Override
    public boolean damaged(long lsn, StoreException why) {
        LOG.error("event=message_damaged queue={} lsn={} cause=\"{}\"", queue, lsn, why.getMessage());
        next(null);
        return true;
    }

    private void next(@Nullable Message message) {
        messages.add(message);
        if (messages.size() == entries.size()) complete.accept(this);
    }

    /** The rest will never come. */
    void failed(StoreException why) {
        LOG.error("event=queue_unreadable queue={} cause=\"{}\"", queue, why.getMessage());
        complete.accept(this);
    }

    @Override
    void applyTo(QueueState rules) {
        rules.loaded(entries, messages);
    }
}
