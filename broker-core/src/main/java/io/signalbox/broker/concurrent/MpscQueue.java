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
public final class MpscQueue<T extends MpscQueue.Node> {

    private static final VarHandle NEXT;
    private static final VarHandle LAST;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            NEXT = lookup.findVarHandle(Node.class, "next", Node.class);
            LAST = lookup.findVarHandle(MpscQueue.class, "last", Node.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** An element's link to the one after it. */
    public abstract static class Node {
        @SuppressWarnings("unused") // accessed by NEXT
        private volatile @Nullable Node next;
    }

    private static final class Stub extends Node {}

    private final Stub stub = new Stub();
    private Node first = stub; // the consumer's

    @SuppressWarnings("unused") // accessed by LAST
    private volatile Node last = stub;

    /** Adds at the end. Never fails, never waits. */
    public void offer(T element) {
        link(element);
    }

    private void link(Node node) {
        NEXT.setRelease(node, null);
        Node previous = (Node) LAST.getAndSet(this, node);
        NEXT.setRelease(previous, node);
    }

    /**
     * Takes the first element; null when there is none. While an offer is between its two steps this waits for its second
     * one, a few nanoseconds, so what was counted before is always found.
     */
    @SuppressWarnings("unchecked") // everything but the stub came in through offer(T)
    public @Nullable T poll() {
        Node head = first;
        Node next = head.next;
        if (head == stub) {
            if (next == null) {
                if (last == stub) return null;
                next = awaitLink(head);
            }
            first = next;
            head = next;
            next = head.next;
        }
        if (next == null) {
            if (head == last) link(stub); // the stub takes the last place, so the last element can leave
            next = awaitLink(head);
        }
        first = next;
        NEXT.setRelease(head, null);
        return (T) head;
    }

    private static Node awaitLink(Node node) {
        Node next = node.next;
        while (next == null) {
            Thread.onSpinWait();
            next = node.next;
        }
        return next;
    }
}
