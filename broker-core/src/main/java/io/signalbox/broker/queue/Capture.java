package io.signalbox.broker.queue;

import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The wish for a queue's image, a command of it that is offered again for each part. */
final class Capture extends QueueCommand {

    private final QueueImage image;
    private final CaptureListener listener;
    private final Consumer<Capture> due;
    private @Nullable QueueState state;

    /** @param due takes this when its turn has come; then it is to be told, once the settlements before it have been appended */
    Capture(QueueImage image, CaptureListener listener, Consumer<Capture> due) {
        this.image = image;
        this.listener = listener;
        this.due = due;
    }

    @Override
    void applyTo(QueueState rules) {
        state = rules;
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
            if (image.isOver() && state != null && state.captured(image)) queue.submit(new Turn());
            if (part == null) listener.captured(new byte[0], next);
            else
                PagedPart.fill(
                        part,
                        image.gaps(),
                        queue.pages(),
                        whole -> listener.captured(whole, next),
                        why -> fail(queue, why));
        } catch (RuntimeException | Error e) {
            fail(queue, e);
        }
    }

    private void fail(MessageQueue queue, Throwable cause) {
        listener.failed(new IllegalStateException("no image of the " + queue + ": " + cause.getMessage(), cause));
    }
}
