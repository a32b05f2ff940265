package io.signalbox.broker.queue;

import io.signalbox.broker.store.Pages;
import io.signalbox.broker.store.StoreException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a chunk of a page, on the reader's thread; then it is a command of the queue. */
final class PageLoad extends QueueCommand {
    private static final Logger LOG = LoggerFactory.getLogger(PageLoad.class);

    final int level;
    final Stub stub;
    private final int slots;
    private final String queue;
    private final Consumer<QueueCommand> complete;
    private @Nullable Chunk chunk;

    /** What a queue wants to have back, without whom it belongs to. */
    record Wanted(int level, Stub stub, int slots) {}

    /** @param queue its name, for the operator */
    PageLoad(String queue, Wanted wanted, Consumer<QueueCommand> complete) {
        this.queue = queue;
        this.level = wanted.level;
        this.stub = wanted.stub;
        this.slots = wanted.slots;
        this.complete = complete;
    }

    /** Asks for the page. */
    void from(Pages pages) {
        pages.read(stub.page, this::came, this::failed);
    }

    void came(byte[] page) {
        chunk = ChunkPage.chunk(page, stub, slots);
        complete.accept(this);
    }

    /** It will never come. */
    void failed(StoreException why) {
        LOG.error("event=queue_unreadable queue={} cause=\"{}\"", queue, why.getMessage());
        complete.accept(this);
    }

    @Override
    void applyTo(QueueState state) {
        state.came(this, chunk);
    }
}
