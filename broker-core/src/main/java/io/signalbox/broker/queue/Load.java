package io.signalbox.broker.queue;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.MessageStore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Gathers, on the reader's thread, what was asked of the log; then it is a command of the queue. */
final class Load extends QueueCommand implements MessageStore.ReadSink {

    private final List<Entry> entries;
    private final Consumer<QueueCommand> complete;
    private final List<Message> messages;

    Load(List<Entry> entries, Consumer<QueueCommand> complete) {
        this.entries = entries;
        this.complete = complete;
        this.messages = new ArrayList<>(entries.size());
    }

    @Override
    public void loaded(long lsn, Message message) {
        messages.add(message);
        if (messages.size() == entries.size()) complete.accept(this);
    }

    @Override
    void applyTo(QueueState rules) {
        rules.loaded(entries, messages);
    }
}
