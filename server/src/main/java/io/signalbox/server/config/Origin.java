package io.signalbox.server.config;

import java.nio.file.Path;

/** Where a setting's value comes from; a flag beats the environment, that beats the file, that the default. */
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

    /** A variable of the environment. */
    record Environment(String variable) implements Origin {
        @Override
        public String toString() {
            return "environment " + variable;
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
