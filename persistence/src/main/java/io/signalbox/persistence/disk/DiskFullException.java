package io.signalbox.persistence.disk;

import java.io.IOException;

/** The file system, or this user's quota on it, has no room left. */
public final class DiskFullException extends IOException {
    private static final long serialVersionUID = 1L;

    public DiskFullException(String message) {
        super(message);
    }

    /** What the JDK says in words only: a full disk as one, anything else as it is. */
    static IOException orSame(IOException failure) {
        String message = String.valueOf(failure.getMessage());
        boolean full = message.contains("No space left") || message.contains("quota exceeded");
        if (!full) return failure;
        DiskFullException diskFull = new DiskFullException(message);
        diskFull.initCause(failure);
        return diskFull;
    }
}
