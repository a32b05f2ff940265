package io.signalbox.persistence.disk;

/**
 * How large a file system is and what of it can still be written, in bytes; {@link Long#MAX_VALUE} where it has no bound or
 * does not say.
 */
public record DiskSpace(long totalBytes, long usableBytes) {

    /** Of a disk that says nothing of its space. */
    public static final DiskSpace UNBOUNDED = new DiskSpace(Long.MAX_VALUE, Long.MAX_VALUE);
}
