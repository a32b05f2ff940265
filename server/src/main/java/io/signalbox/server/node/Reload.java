package io.signalbox.server.node;

import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.ConfigurationException;
import io.signalbox.server.config.ConfigurationSource;
import io.signalbox.server.config.Setting;
import io.signalbox.server.config.Settings;
import io.signalbox.server.tls.TlsCredentials;
import io.signalbox.server.tls.TlsFailure;
import io.signalbox.server.tls.TlsFiles;
import io.signalbox.server.tls.TlsServer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Takes a changed configuration and changed certificate files over into a running node: as a whole, or not at all if
 * anything about them is wrong. Thread-safe: one reload at a time.
 */
final class Reload {

    private static final Set<Setting<?>> TLS_FILES = Set.of(Settings.TLS_CERTIFICATE, Settings.TLS_KEY);

    private final ConfigurationSource source;
    private final Optional<TlsServer> tls;
    private Configuration running;

    Reload(ConfigurationSource source, Configuration running, Optional<TlsServer> tls) {
        this.source = source;
        this.running = running;
        this.tls = tls;
    }

    /**
     * Reads everything, and only then changes anything.
     *
     * @return what has changed since the start or the latest reload, a line each
     * @throws NodeFailure in one sentence, what is wrong with the new configuration; the old one stays in use
     */
    synchronized List<String> run() throws NodeFailure {
        Configuration wanted = read();
        Optional<TlsCredentials> credentials = load(wanted);

        List<String> lines = new ArrayList<>();
        Set<Setting<?>> applied = new HashSet<>();
        for (Setting<?> setting : Settings.ALL) {
            String before = running.asToml(setting);
            String after = wanted.asToml(setting);
            if (before.equals(after)) continue;
            boolean applies = Settings.RELOADABLE.contains(setting) && !switchesTls(setting, wanted);
            if (applies) applied.add(setting);
            lines.add(setting.key() + " = " + after + " (was " + before + "): "
                    + (applies ? "applied" : "needs a restart"));
        }
        if (applied.contains(Settings.LOG_LEVEL)) Logging.configure(wanted.get(Settings.LOG_LEVEL));
        if (tls.isPresent() && credentials.isPresent()) lines.add(use(tls.get(), credentials.get()));
        running = running.taking(applied, wanted);
        return lines.isEmpty() ? List.of("Nothing has changed.") : lines;
    }

    /** The certificate in use, in a line; empty without TLS. */
    Optional<String> certificate() {
        return tls.map(server -> server.identity().summary());
    }

    private Configuration read() throws NodeFailure {
        try {
            return source.read();
        } catch (ConfigurationException e) {
            throw new NodeFailure(String.valueOf(e.getMessage()), e);
        }
    }

    /** Also if TLS is not served yet: the restart that is to serve it should not fail. */
    private Optional<TlsCredentials> load(Configuration wanted) throws NodeFailure {
        try {
            Optional<TlsFiles> files = TlsFiles.of(wanted);
            if (files.isEmpty()) return Optional.empty();
            TlsCredentials loaded = TlsCredentials.load(files.get());
            if (loaded.identity().expiry().isBefore(Instant.now())) {
                throw new NodeFailure(
                        "The certificate in " + files.get().certificate() + " has expired (it was good from "
                                + loaded.identity().validity() + "); the one in use stays.");
            }
            return Optional.of(loaded);
        } catch (TlsFailure e) {
            throw new NodeFailure(e.getMessage() + (tls.isPresent() ? " The certificate in use stays." : ""), e);
        }
    }

    /** Ports are opened and closed by a start and a stop only. */
    private boolean switchesTls(Setting<?> setting, Configuration wanted) {
        return TLS_FILES.contains(setting)
                && (tls.isEmpty() || wanted.path(Settings.TLS_CERTIFICATE).isEmpty());
    }

    private static String use(TlsServer server, TlsCredentials loaded) {
        if (server.identity().equals(loaded.identity())) {
            return "certificate: unchanged, " + loaded.identity().summary();
        }
        server.use(loaded);
        return "certificate: in use for new connections, " + loaded.identity().summary();
    }
}
