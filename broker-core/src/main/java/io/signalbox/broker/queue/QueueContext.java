package io.signalbox.broker.queue;

import java.time.InstantSource;

/** What all queues of a broker share. Immutable; its parts are thread-safe. */
public record QueueContext(InstantSource clock, MemoryBudget memory) {}
