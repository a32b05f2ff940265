package io.signalbox.server.control;

import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.Origin;
import io.signalbox.server.config.Settings;
import java.nio.file.Path;

/** Where a broker's data directory is, and in it the socket by which the command line finds the broker. */
public final class ControlSocket {

    private static final String FILE_NAME = "signalbox.sock";

    private ControlSocket() {}

    /**
     * The data directory a configuration names. A relative path in a file counts from the file, so that a broker and the
     * command line find the same directory from wherever they start; the default counts from the launcher.
     */
    public static Path dataDirectory(Configuration configuration) {
        Path directory = configuration.get(Settings.DATA_DIR);
        Path base = Path.of("");
        if (configuration.origin(Settings.DATA_DIR) instanceof Origin.File file) {
            Path parent = file.file().toAbsolutePath().getParent();
            if (parent != null) base = parent;
        } else if (configuration.origin(Settings.DATA_DIR) instanceof Origin.Default) {
            base = Path.of(System.getProperty("signalbox.home", ""));
        }
        return base.resolve(directory).toAbsolutePath().normalize();
    }

    /** The socket of the broker that runs on this data directory. */
    public static Path in(Path dataDirectory) {
        return dataDirectory.resolve(FILE_NAME);
    }
}
