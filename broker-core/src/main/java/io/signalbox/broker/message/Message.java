package io.signalbox.broker.message;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One message: its envelope and its body in the format it was published in. Immutable but for the cached neutral view,
 * whose computation is idempotent; safe to share between threads, so a fan-out shares one instance.
 */
public final class Message {

    private final Envelope envelope;
    private final MessageFormat format;
    private final Body body;
    private @Nullable NeutralView neutralView;

    public Message(Envelope envelope, MessageFormat format, Body body) {
        this.envelope = envelope;
        this.format = format;
        this.body = body;
    }

    public Envelope envelope() {
        return envelope;
    }

    public MessageFormat format() {
        return format;
    }

    public Body body() {
        return body;
    }

    /** All of the content, in memory. A message that a consumer gets has it, or is {@linkplain #large large}. */
    public Body.Inline content() {
        if (body instanceof Body.Inline inline) return inline;
        throw new IllegalStateException("the body of this message is not in memory: " + body);
    }

    /** What of the content is in memory: all of it, or the head of a large one. */
    public Body.Inline head() {
        return body instanceof Body.Large large ? large.head() : content();
    }

    /** The body, if it is a large one. */
    public Optional<Body.Large> large() {
        return body instanceof Body.Large large ? Optional.of(large) : Optional.empty();
    }

    /** Keeps the pieces of a large body in the log until {@link #release}; false if they were let go. */
    public boolean hold() {
        return !(body instanceof Body.Large large) || large.pieces().hold().take();
    }

    /** Gives back one hold. */
    public void release() {
        if (body instanceof Body.Large large) large.pieces().hold().release();
    }

    /** The same message with its body left in the log at {@code lsn}. */
    public Message stored(long lsn) {
        return new Message(envelope, format, new Body.Stored(lsn, body.size()));
    }

    /**
     * How a protocol that is not the publisher's reads this message, but for the payload of a large one, which is empty here.
     * Built at the first call and kept.
     */
    public NeutralView neutralView() {
        NeutralView view = neutralView;
        if (view == null) {
            view = body instanceof Body.Large large
                    ? format.neutralView(envelope, large)
                    : format.neutralView(envelope, content());
            neutralView = view; // a benign race: every thread computes an equal, immutable value
        }
        return view;
    }
}
