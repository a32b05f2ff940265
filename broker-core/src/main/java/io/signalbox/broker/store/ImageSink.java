package io.signalbox.broker.store;

/** Receives what the queues have, for a checkpoint. Any thread, one call after the other. */
public interface ImageSink {

    /**
     * A part of what a queue has, in the queue's own format; {@link RecoverySink#image} gets the same bytes. The parts of a queue
     * come in their order, those of others may come between them.
     *
     * @param image not to be changed any more
     * @param taken called once, on a thread of the store, when the part needs no memory any more; whoever tells parts does not
     *     let many wait for it
     */
    void part(long queueId, byte[] image, Runnable taken);

    /** Every part has been told. */
    void end();

    /** There will be no more, and what was told is not to be believed: something is wrong with a queue. */
    void fail(RuntimeException cause);
}
