package io.signalbox.broker.concurrent;

import org.jspecify.annotations.Nullable;

/** A place in an {@link MpscQueue}: that of an element, or of the queue itself when all elements have left it. */
abstract class Link {
    @SuppressWarnings("unused") // accessed by MpscQueue.NEXT
    volatile @Nullable Link next;
}
