package io.signalbox.broker.message;

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

    /** The content in memory. Only a message whose body is {@link Body.Inline} is ever handed to a consumer. */
    public Body.Inline content() {
        if (body instanceof Body.Inline inline) return inline;
        throw new IllegalStateException("the body of this message is not in memory: " + body);
    }

    public boolean isResident() {
        return body instanceof Body.Inline;
    }

    /** The same message with its body left in the log at {@code lsn}. */
    public Message stored(long lsn) {
        return new Message(envelope, format, new Body.Stored(lsn, body.size()));
    }

    /** How a protocol that is not the publisher's reads this message. Built at the first call and kept. */
    public NeutralView neutralView() {
        NeutralView view = neutralView;
        if (view == null) {
            view = format.neutralView(envelope, content());
            neutralView = view; // a benign race: every thread computes an equal, immutable value
        }
        return view;
    }
}
