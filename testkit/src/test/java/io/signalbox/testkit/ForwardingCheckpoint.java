package io.signalbox.testkit;

import io.signalbox.persistence.log.PendingCheckpoint;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A checkpoint that does what another does; a test overrides what it wants wrong. */
class ForwardingCheckpoint implements PendingCheckpoint {
    private final PendingCheckpoint checkpoint;

    ForwardingCheckpoint(PendingCheckpoint checkpoint) {
        this.checkpoint = checkpoint;
    }

    @Override
    public void append(ByteBuffer bytes) throws IOException {
        checkpoint.append(bytes);
    }

    @Override
    public void force() throws IOException {
        checkpoint.force();
    }

    @Override
    public void publish() throws IOException {
        checkpoint.publish();
    }

    @Override
    public void discard() throws IOException {
        checkpoint.discard();
    }
}
