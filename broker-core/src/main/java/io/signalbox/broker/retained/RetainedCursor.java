package io.signalbox.broker.retained;

import io.signalbox.broker.message.Message;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A new subscriber's place among the retained messages of its filter. It holds no message and no lock, so it may rest as
 * long as its client does not keep up; what changes behind it reaches the subscriber as a live message. Confined to its
 * reader.
 */
public final class RetainedCursor {

    private final RetainedMessages retained;
    private final TopicScan scan;
    private final Passages.Moment moment;
    private byte[] place;
    private boolean passed;
    private @Nullable Message message;

    /** What one step has brought. */
    public enum Step {
        /** {@link RetainedCursor#message} is the next one. */
        FOUND,
        /** Nothing yet. */
        NOTHING,
        /** A publisher on another loop is half way; ask again in a later turn. */
        LATER,
        /** There is nothing more. */
        END
    }

    /** @param place nothing before it matters */
    RetainedCursor(RetainedMessages retained, TopicScan scan, Passages.Moment moment, byte[] place, boolean passed) {
        this.retained = retained;
        this.scan = scan;
        this.moment = moment;
        this.place = place;
        this.passed = passed;
    }

    /** Looks at one topic. */
    public Step step() {
        message = null;
        if (!moment.hasPassed()) return Step.LATER;
        RetainedIndex index = retained.index();
        Optional<Map.Entry<byte[], byte[]>> here = passed ? index.after(place) : index.from(place);
        if (here.isEmpty()) return Step.END;
        byte[] key = here.get().getKey();
        TopicScan.Look look = scan.look(key);
        if (look instanceof TopicScan.Look.End) return Step.END;
        passed = !(look instanceof TopicScan.Look.Seek);
        place = look instanceof TopicScan.Look.Seek seek ? seek.key() : key;
        if (!(look instanceof TopicScan.Look.Match)) return Step.NOTHING;
        message = retained.read(key, here.get().getValue()).orElse(null);
        return message == null ? Step.NOTHING : Step.FOUND;
    }

    /** The message that the last step found; its body is resident. */
    public Message message() {
        Message found = message;
        if (found == null) throw new IllegalStateException("the last step found nothing");
        return found;
    }
}
