package io.signalbox.server.node;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version the build wrote into the jar. */
public final class Version {

    private Version() {}

    public static String current() {
        Properties build = new Properties();
        try (InputStream file = Version.class.getResourceAsStream("/io/signalbox/server/build.properties")) {
            if (file == null) throw new IllegalStateException("build.properties is not on the class path");
            build.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException("build.properties cannot be read", e);
        }
        return build.getProperty("version", "unknown");
    }
}
