package io.signalbox.broker;

import java.util.concurrent.atomic.LongAdder;

/** What the core counts over all connections since the start. Thread-safe. */
public final class BrokerCounters {

    /** Messages that had at least one target and were taken. */
    public final LongAdder published = new LongAdder();

    /** Messages that no binding matched. */
    public final LongAdder unroutable = new LongAdder();

    /** Messages refused because the queues hold as much of the heap as they may. */
    public final LongAdder refusedForMemory = new LongAdder();

    /** Messages refused, or at most once and dropped, because the disk had no room for them. */
    public final LongAdder refusedForDisk = new LongAdder();

    /** Messages refused because a queue held as much as its policy allows. */
    public final LongAdder refusedForQueueLimit = new LongAdder();

    /** How often a publisher had to wait for space in the log. */
    public final LongAdder parked = new LongAdder();

    /** Messages that still waited for space, or for their node to be made, when their publisher left; none was promised anything. */
    public final LongAdder droppedParked = new LongAdder();

    /** Messages to subscriptions without a queue that were dropped because their consumer did not keep up or had gone. */
    public final LongAdder droppedDirect = new LongAdder();
}
