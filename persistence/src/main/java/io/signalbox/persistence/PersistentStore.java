package io.signalbox.persistence;

import io.signalbox.broker.concurrent.BusyWaits;
import io.signalbox.broker.message.MessageFormats;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.persistence.disk.Disk;
import io.signalbox.persistence.disk.NioDisk;
import io.signalbox.persistence.log.FileLogStore;
import java.nio.file.Path;

/** How a process gets its durable store. */
public final class PersistentStore {

    private PersistentStore() {}

    /**
     * A store in a directory. Nothing is touched before {@link MessageStore#recover}, which takes the directory; {@link
     * MessageStore#close} gives it back.
     *
     * @param busyWaits whether its log thread looks for what is appended before it sleeps
     * @param formats of every protocol that messages in the store may have come by
     */
    public static MessageStore open(
            Path directory, StoreSettings settings, BusyWaits busyWaits, MessageFormats formats) {
        return open(new NioDisk(directory), settings, busyWaits, formats);
    }

    /** The same with threads that sleep when they wait. */
    public static MessageStore open(Path directory, StoreSettings settings, MessageFormats formats) {
        return open(directory, settings, BusyWaits.NONE, formats);
    }

    /** The same over any disk: a test's may be slow, full or broken. */
    public static MessageStore open(Disk disk, StoreSettings settings, MessageFormats formats) {
        return open(disk, settings, BusyWaits.NONE, formats);
    }

    private static MessageStore open(Disk disk, StoreSettings settings, BusyWaits busyWaits, MessageFormats formats) {
        return new LogEngine(
                new FileLogStore(disk), settings, formats, Surroundings.real(disk), new StoreThreads(busyWaits));
    }
}
