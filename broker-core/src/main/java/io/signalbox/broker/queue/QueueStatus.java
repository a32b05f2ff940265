package io.signalbox.broker.queue;

/**
 * A queue's counters at one moment; read without stopping it, so they may be a batch of commands apart.
 *
 * @param ready entries that wait for a consumer
 * @param unsettled entries that a consumer has and has not settled
 * @param consumers subscriptions attached
 * @param residentBytes bytes of bodies in memory
 * @param enqueued entries taken since the start
 * @param settled entries that ended since the start, by whatever outcome
 * @param expired of those, the ones that nobody took in time
 * @param rejected of those, the ones that a consumer rejected
 * @param dropped messages that were at most once and reached nobody: those that a session's queue did not keep because its
 *     client was not there or did not keep up, and those that found their consumer gone
 * @param staleSettlements settlements ignored because their delivery was no longer current
 * @param damaged entries that nobody gets, since their messages in the log are not what was written; neither ready nor unsettled
 * @param overLimit what the queue's limits have done
 */
public record QueueStatus(
        long ready,
        long unsettled,
        int consumers,
        long residentBytes,
        long enqueued,
        long settled,
        long expired,
        long rejected,
        long dropped,
        long staleSettlements,
        long damaged,
        OverLimit overLimit) {

    /** Whether no message waits, whoever may have it, and none is unsettled. */
    boolean isEmpty() {
        return ready + unsettled + damaged == 0;
    }

    /**
     * What the limits of a queue have done since the start.
     *
     * @param length entries that ended because too many waited
     * @param lengthBytes entries that ended because too many bytes waited
     * @param messageTtl entries that ended because they had waited for too long
     * @param refused messages whose publishers were refused because the queue was full
     */
    public record OverLimit(long length, long lengthBytes, long messageTtl, long refused) {

        static final OverLimit NONE = new OverLimit(0, 0, 0, 0);

        /** Entries that ended. */
        public long dropped() {
            return length + lengthBytes + messageTtl;
        }
    }
}
