package io.signalbox.persistence;

/** Somebody who learns from checkpoints what lives. Confined to the housekeeper. */
interface ImageListener {

    /** Whether there should be a checkpoint. */
    boolean wantsCheckpoint();

    /** One begins: all that is told from now on is of it. */
    void checkpointBegins();

    /** A part of it. */
    void told(long queueId, byte[] image);

    /** It is published, or there is none; also called if none has begun. */
    void checkpointEnds(boolean published);
}
