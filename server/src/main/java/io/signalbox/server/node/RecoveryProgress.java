package io.signalbox.server.node;

/** Hears how far the reading of the log is. On the opening thread. */
public interface RecoveryProgress {
    void progress(long bytesDone, long bytesTotal);
}
