package io.signalbox.broker.concurrent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A linked queue for many producers and one consumer whose links are in the elements (D. Vyukov's intrusive MPSC queue): an
 * empty one costs one object and an offer allocates nothing, which a million queues need. Any thread may {@link #offer};
 * only one at a time may {@link #poll}.
 *
 * @param <T> the element; one that has been offered must not be offered again before it was polled
 */
public final class MpscQueue<T extends MpscQueue.Node> extends Link {

    private static final VarHandle NEXT;
    private static final VarHandle LAST;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            NEXT = lookup.findVarHandle(Link.class, "next", Link.class);
            LAST = lookup.findVarHandle(MpscQueue.class, "last", Link.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** An element, with its link to the one after it. */
    public abstract static class Node extends Link {}

    private Link first = this; // the consumer's

    @SuppressWarnings("unused") // accessed by LAST
    private volatile Link last = this;

    /** Adds at the end. Never fails, never waits. */
    public void offer(T element) {
        link(element);
    }

    private void link(Link node) {
        NEXT.setRelease(node, null);
        Link previous = (Link) LAST.getAndSet(this, node);
        NEXT.setRelease(previous, node);
    }

    /**
     * Takes the first element; null when there is none. While an offer is between its two steps this waits for its second
     * one, a few nanoseconds, so what was counted before is always found.
     */
    @SuppressWarnings("unchecked") // everything but this came in through offer(T)
    public @Nullable T poll() {
        Link head = first;
        Link next = head.next;
        if (head == this) {
            if (next == null) {
                if (last == this) return null;
                next = awaitLink(head);
            }
            first = next;
            head = next;
            next = head.next;
        }
        if (next == null) {
            if (head == last) link(this); // the queue takes the last place, so the last element can leave
            next = awaitLink(head);
        }
        first = next;
        NEXT.setRelease(head, null);
        return (T) head;
    }

    /** Whether no offer has begun whose element was not polled; the consumer's to ask. */
    public boolean isEmpty() {
        return first == this && last == this;
    }

    private static Link awaitLink(Link node) {
        Link next = node.next;
        while (next == null) {
            Thread.onSpinWait();
            next = node.next;
        }
        return next;
    }
}
