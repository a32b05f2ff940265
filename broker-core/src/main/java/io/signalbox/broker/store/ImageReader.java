package io.signalbox.broker.store;

import java.util.function.LongConsumer;

/** Knows the format of what {@link ImageSink#part} is given. */
public interface ImageReader {

    /**
     * Tells which entries are in a part. Any thread.
     *
     * @param visitor told the LSN of each
     * @throws IllegalArgumentException if it is not what a core told
     */
    void living(byte[] image, LongConsumer visitor);
}
