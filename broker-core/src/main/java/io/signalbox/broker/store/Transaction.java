package io.signalbox.broker.store;

/**
 * A batch in the making, which may be larger than what one record of the log takes and may take its time: what is added becomes
 * true together, at {@link #commit}, or not at all. Messages go to the log as they are added, where nobody finds them before; what
 * is only settled or changed waits in memory for the record that commits, and so must fit into one. A transaction that is open when
 * the process ends has never been.
 *
 * <p>Confined to one thread at a time. Every transaction is committed or abandoned once, unless the store fails.
 */
public interface Transaction {

    /**
     * Adds a batch. If it has a message, {@link WriteBatch#enqueueLsn} is the name of its entries afterwards, but nobody may be told of
     * them before the commit has been appended. Entries that it settles stay unsettled until then; that nobody else ends them is for the
     * caller to see to. The batch may be reused afterwards.
     *
     * @return 0 or more, {@link MessageStore#FULL} or {@link MessageStore#FAILED} as {@link MessageStore#append}, and then nothing
     *     was added
     * @throws IllegalArgumentException if it is larger than {@link MessageStore#maxBatchBytes()}, or with it the commit would be larger
     *     than a record can be; then nothing was added
     */
    long add(WriteBatch batch);

    /** What it takes in the log until now, in bytes: for whoever sets a limit. */
    long bytes();

    /**
     * Appends the record that makes true what was added: on return the changes of tables are visible, and all of it is durable once
     * {@link MessageStore#durableLsn} is greater than the answer. Queues may have the messages from then on.
     *
     * @return the LSN to wait for, 0 if there was nothing; {@link MessageStore#FULL}, then the transaction is still open, or {@link
     *     MessageStore#FAILED}
     */
    long commit();

    /** Lets go of all that was added; it never was. */
    void abandon();
}
