package io.signalbox.server.config;

/** Where a configuration comes from, to be read more than once. Thread-safe. */
public interface ConfigurationSource {

    /** The configuration as file, environment and flags give it now. */
    Configuration read() throws ConfigurationException;
}
