package io.signalbox.amqp;

import java.util.concurrent.atomic.LongAdder;

/** What an AMQP listener counts since its start, over all connections. Thread-safe. */
public final class AmqpCounters {

    /** Connections that were accepted by the socket. */
    public final LongAdder connections = new LongAdder();

    /** Connections that were refused by SASL. */
    public final LongAdder refusedLogins = new LongAdder();

    /** Connections that this side closed with an error. */
    public final LongAdder connectionErrors = new LongAdder();

    /** Links that were refused or detached with an error. */
    public final LongAdder linkErrors = new LongAdder();

    /** Messages that came in whole. */
    public final LongAdder received = new LongAdder();

    /** Deliveries handed to peers. */
    public final LongAdder sent = new LongAdder();

    /** Messages that were answered {@code rejected}. */
    public final LongAdder rejected = new LongAdder();

    /** Messages that were sent settled and could not be routed or taken: nobody could be told. */
    public final LongAdder droppedSettled = new LongAdder();

    /** Messages to receivers that want them settled, dropped because they are larger than the receiver takes. */
    public final LongAdder droppedTooLarge = new LongAdder();

    /** Messages of other protocols that could not be written as AMQP, rejected in their queue. */
    public final LongAdder unreadable = new LongAdder();
}
