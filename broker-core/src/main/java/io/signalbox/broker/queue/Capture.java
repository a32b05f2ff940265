package io.signalbox.broker.queue;

import java.util.Optional;
import java.util.function.Consumer;

/** The wish for a queue's image, a command of it that is offered again for each part. */
final class Capture extends QueueCommand {

    private final QueueImage image;
    private final CaptureListener listener;
    private final Consumer<Capture> due;

    /** @param due takes this when its turn has come; then it is to be told, once the settlements before it have been appended */
    Capture(QueueImage image, CaptureListener listener, Consumer<Capture> due) {
        this.image = image;
        this.listener = listener;
        this.due = due;
    }

    @Override
    void applyTo(QueueState state) {
        due.accept(this);
    }

    /**
     * Tells the next part.
     *
     * @param isTrue whether what has ended has its settlement in the log
     */
    void tell(MessageQueue queue, boolean isTrue) {
        try {
            if (!isTrue) throw new IllegalStateException("its settlements are not in the log");
            byte[] part = image.nextPart();
            Optional<Runnable> next = image.isOver() ? Optional.empty() : Optional.of(() -> queue.submit(this));
            listener.captured(part == null ? new byte[0] : part, next);
        } catch (RuntimeException | Error e) {
            listener.failed(new IllegalStateException("no image of the " + queue + ": " + e.getMessage(), e));
        }
    }
}
