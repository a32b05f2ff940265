package io.signalbox.server.config;

import java.nio.file.Path;

/** Where a setting's value comes from; a flag beats the file, the file beats the default. */
public sealed interface Origin {

    /** Nobody said anything. */
    record Default() implements Origin {
        @Override
        public String toString() {
            return "default";
        }
    }

    /** A line of the configuration file, counted from 1. */
    record File(Path file, int line) implements Origin {
        @Override
        public String toString() {
            return file + ":" + line;
        }
    }

    /** {@code --set} or another flag. */
    record Flag(String flag) implements Origin {
        @Override
        public String toString() {
            return flag;
        }
    }
}
