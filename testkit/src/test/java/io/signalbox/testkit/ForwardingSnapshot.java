package io.signalbox.testkit;

import io.signalbox.persistence.log.PendingSnapshot;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A snapshot that does what another does; a test overrides what it wants wrong. */
class ForwardingSnapshot implements PendingSnapshot {
    private final PendingSnapshot snapshot;

    ForwardingSnapshot(PendingSnapshot snapshot) {
        this.snapshot = snapshot;
    }

    @Override
    public void append(ByteBuffer bytes) throws IOException {
        snapshot.append(bytes);
    }

    @Override
    public void force() throws IOException {
        snapshot.force();
    }

    @Override
    public void publish() throws IOException {
        snapshot.publish();
    }

    @Override
    public void discard() throws IOException {
        snapshot.discard();
    }
}
