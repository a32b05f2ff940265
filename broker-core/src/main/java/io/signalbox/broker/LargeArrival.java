package io.signalbox.broker;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.MessageFormat;
import io.signalbox.broker.message.Pieces;
import io.signalbox.broker.store.LargeUpload;
import io.signalbox.broker.store.MessageStore;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A large message on its way in: what comes of its body goes to the log piece by piece, and no more of it is in memory than
 * a piece and what its peer sends while the log has no space. Ends with {@link Publisher#publish(io.signalbox.broker.routing.Destination,
 * LargeArrival, long, Rider)} or {@link #abandon}. Confined to its event loop.
 */
public final class LargeArrival {

    private final Loop loop;
    private final MessageStore store;
    private final Runnable onSpace;
    private final LargeUpload upload;
    private byte[] rest;
    private int restBytes;
    private boolean waiting;
    private boolean over;

    /** Why it is not taken, from when that is known. */
    private @Nullable PublishOutcome lost;

    private long size;
    private @Nullable Announced announced;

    /** What its message is, but for the pieces. */
    private record Announced(Envelope envelope, MessageFormat format, Body.Inline head, long payloadBytes) {}

    /** @param onSpace run on the loop when {@link #isWaiting} is not so any more */
    public LargeArrival(Loop loop, MessageStore store, Runnable onSpace) {
        this.loop = loop;
        this.store = store;
        this.onSpace = onSpace;
        upload = store.upload();
        rest = new byte[store.pieceBytes()];
    }

    /** Takes more of the body, also while it waits for space: whoever sends is to be held up then. */
    public void add(byte[] bytes, int from, int count) {
        size += count;
        int done = 0;
        while (done < count) {
            if (restBytes == rest.length && !waiting) drain();
            if (restBytes == rest.length) rest = Arrays.copyOf(rest, rest.length + store.pieceBytes());
            int more = Math.min(count - done, rest.length - restBytes);
            System.arraycopy(bytes, from + done, rest, restBytes, more);
            restBytes += more;
            done += more;
        }
    }

    /** Bytes that have come. */
    public long size() {
        return size;
    }

    /** Whether the log has no space for what has come. */
    public boolean isWaiting() {
        return waiting;
    }

    /** Appends whole pieces. */
    private void drain() {
        int at = 0;
        while (restBytes - at >= store.pieceBytes() && append(at, store.pieceBytes())) at += store.pieceBytes();
        if (lost != null) at = restBytes; // the answer will say so; what else comes goes nowhere
        keepFrom(at);
    }

    private boolean append(int at, int count) {
        if (lost != null) return false;
        Optional<String> shortage = store.shortage();
        if (shortage.isPresent()) {
            lose(new PublishOutcome.Refused(PublishOutcome.Reason.DISK_FULL, shortage.get()));
            return false;
        }
        long lsn = upload.append(rest, at, count);
        if (lsn == MessageStore.FAILED) {
            lose(new PublishOutcome.Failed(
                    store.failure().map(Throwable::getMessage).orElse("The store has failed.")));
        }
        if (lsn == MessageStore.FULL) awaitSpace();
        return lsn > 0;
    }

    private void lose(PublishOutcome why) {
        lost = why;
        upload.abandon();
    }

    private void keepFrom(int at) {
        restBytes -= at;
        if (at == 0) return;
        byte[] kept = restBytes > store.pieceBytes() || rest.length == store.pieceBytes()
                ? rest
                : new byte[store.pieceBytes()];
        System.arraycopy(rest, at, kept, 0, restBytes);
        rest = kept;
    }

    private void awaitSpace() {
        if (waiting || announced != null) return; // a publisher waits for itself
        waiting = true;
        store.whenSpace(() -> loop.execute(this::retry));
    }

    private void retry() {
        waiting = false;
        if (over || announced != null) return;
        drain();
        if (!waiting) onSpace.run();
    }

    /** All of the body has come, and this is what its message is. */
    public LargeArrival announce(Envelope envelope, MessageFormat format, Body.Inline head, long payloadBytes) {
        announced = new Announced(envelope, format, head, payloadBytes);
        return this;
    }

    /** Why it is not taken, whatever comes of it; empty if it may be. */
    Optional<PublishOutcome> lost() {
        return Optional.ofNullable(lost);
    }

    /**
     * The message, when all that had come of its body is in the log; empty if there is no space, or never will be. Once it is there, the
     * caller has the hold of its pieces.
     */
    Optional<Message> complete() {
        Announced what = announced;
        if (what == null || over) throw new IllegalStateException("this message is not complete, or is gone");
        int at = 0;
        while (at < restBytes) {
            int count = Math.min(store.pieceBytes(), restBytes - at);
            if (!append(at, count)) break;
            at += count;
        }
        keepFrom(at);
        if (lost != null || restBytes > 0) return Optional.empty();
        over = true;
        rest = new byte[0];
        Pieces pieces = upload.complete();
        Body.Large body = new Body.Large(what.head, pieces, what.payloadBytes);
        return Optional.of(new Message(what.envelope, what.format, body));
    }

    /** It is not published: its pieces are nothing. */
    public void abandon() {
        if (over) return;
        over = true;
        rest = new byte[0];
        if (lost == null) upload.abandon();
    }
}
