package io.signalbox.persistence.disk;

import io.signalbox.broker.store.StoreException;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A directory of the real file system. A {@code lock} file, locked for as long as the process has the directory, holds
 * the process id for whoever finds it taken. Thread-safe; {@link #lock} and {@link #close} belong to the opener.
 */
public final class NioDisk implements Disk {
    private static final String LOCK_FILE = "lock";

    private final Path directory;
    private @Nullable FileChannel lockChannel;

    public NioDisk(Path directory) {
        this.directory = directory.toAbsolutePath();
    }

    @Override
    public String description() {
        return directory.toString();
    }

    @Override
    public void lock() throws StoreException {
        try {
            Files.createDirectories(directory);
            FileChannel channel = FileChannel.open(
                    directory.resolve(LOCK_FILE),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            if (!tryLock(channel)) {
                String owner = readOwner(channel);
                channel.close();
                throw new StoreException("Data directory " + directory + " is in use by Signalbox pid " + owner + ".");
            }
            lockChannel = channel;
            // In place: on a full disk the block that is there can be written, and there may be no other.
            int bytes = channel.write(
                    StandardCharsets.UTF_8.encode(ProcessHandle.current().pid() + "\n"), 0);
            channel.truncate(bytes);
        } catch (IOException e) {
            throw new StoreException(
                    "Data directory " + directory + " cannot be written (" + reason(e)
                            + "); make it writable for this user or set data.dir.",
                    e);
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return false;
        }
    }

    private static String readOwner(FileChannel channel) throws IOException {
        ByteBuffer pid = ByteBuffer.allocate(20);
        channel.read(pid, 0);
        return StandardCharsets.UTF_8.decode(pid.flip()).toString().trim();
    }

    private static String reason(IOException e) {
        return e.getClass().getSimpleName().replace("Exception", "") + ": " + e.getMessage();
    }

    @Override
    public DiskSpace space() {
        File at = directory.toFile();
        long total = at.getTotalSpace();
        // A file system that does not say is one of no size; then only a write that fails says that it is full.
        return total <= 0 ? DiskSpace.UNBOUNDED : new DiskSpace(total, at.getUsableSpace());
    }

    @Override
    public List<String> list() throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, Files::isRegularFile)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (!name.equals(LOCK_FILE)) names.add(name);
            }
        }
        return names;
    }

    @Override
    public DiskFile create(String name) throws IOException {
        try {
            return open(name, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw DiskFullException.orSame(e); // a name takes room, too
        }
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return open(name, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private DiskFile open(String name, StandardOpenOption... options) throws IOException {
        return new NioFile(FileChannel.open(directory.resolve(name), options));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        try {
            Files.move(directory.resolve(from), directory.resolve(to), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw DiskFullException.orSame(e);
        }
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(directory.resolve(name));
    }

    @Override
    public void forceDirectory() throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public void close() {
        FileChannel channel = lockChannel;
        if (channel == null) return;
        lockChannel = null;
        try {
            channel.close();
        } catch (IOException e) {
            throw new IllegalStateException("cannot release " + directory, e);
        }
    }
}
