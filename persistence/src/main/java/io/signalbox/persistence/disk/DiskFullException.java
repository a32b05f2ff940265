package io.signalbox.persistence.disk;

import java.io.IOException;

/** The file system, or this user's quota on it, has no room left. */
public final class DiskFullException extends IOException {
    private static final long serialVersionUID = 1L;

    public DiskFullException(String message) {
        super(message);
    }
}
