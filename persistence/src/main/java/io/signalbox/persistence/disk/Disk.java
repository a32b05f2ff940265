package io.signalbox.persistence.disk;

import io.signalbox.broker.store.StoreException;
import java.io.IOException;
import java.util.List;

/**
 * One directory of a file system, as the log needs it. What is promised after a crash is exactly what was forced: a file's
 * bytes by {@link DiskFile#force}, its name (creation, rename, deletion) by {@link #forceDirectory}. Thread-safe.
 */
public interface Disk extends AutoCloseable {

    /** The directory, for messages to an operator. */
    String description();

    /**
     * Takes the directory for this process until {@link #close}, and makes it if it is not there.
     *
     * @throws StoreException if another process holds it, or it cannot be written
     */
    void lock() throws StoreException;

    /** How much room there is on its file system. */
    DiskSpace space();

    /** The names of the files, in no order. */
    List<String> list() throws IOException;

    /**
     * A new, empty file.
     *
     * @throws DiskFullException if there is no room for it
     */
    DiskFile create(String name) throws IOException;

    DiskFile open(String name) throws IOException;

    /**
     * Gives a file a new name that no other file has; open handles go on working.
     *
     * @throws DiskFullException if there is no room for the name; the file keeps its old one
     */
    void rename(String from, String to) throws IOException;

    void delete(String name) throws IOException;

    /** Makes every creation, rename and deletion so far survive a crash. */
    void forceDirectory() throws IOException;

    /** Releases the directory. */
    @Override
    void close();
}
