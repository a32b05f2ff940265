package io.signalbox.server.cli;

import io.signalbox.broker.StoredQueues;
import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.Compacted;
import io.signalbox.persistence.StoreMaintenance;
import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.Settings;
import io.signalbox.server.node.NodeParts;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code data compact}: gives back all of the disk that nothing lives in. */
@Command(
        name = "compact",
        description = "Copies what lives out of the files in which other things have ended, so that the disk is free of"
                + " these.")
final class DataCompactCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConfigurationOptions options = new ConfigurationOptions();

    /** Null until the log has been read. */
    private @Nullable RecoveryLine copying;

    @Override
    public Integer call() throws CommandFailure {
        Configuration configuration = options.read();
        RecoveryLine reading = DataCommand.progressLine(spec, RecoveryLine.Work.READING);
        try {
            Compacted done = StoreMaintenance.of(
                            configuration.get(Settings.DATA_DIR),
                            NodeParts.storeSettings(configuration),
                            NodeParts.standard(configuration).formats())
                    .compact(store -> new StoredQueues(store, reading::progress), this::copied);
            spec.commandLine()
                    .getOut()
                    .printf(
                            Locale.ROOT,
                            "%.1f MiB before, %.1f MiB now, of which messages have %.1f MiB%n",
                            mebibytes(done.bytesBefore()),
                            mebibytes(done.bytesAfter()),
                            mebibytes(done.livingBytes()));
            return ExitCode.OK;
        } catch (StoreException e) {
            throw new CommandFailure(ExitCode.CONFIGURATION, String.valueOf(e.getMessage()), e);
        } finally {
            reading.end();
            if (copying != null) copying.end();
        }
    }

    private void copied(long bytesDone, long bytesTotal) {
        RecoveryLine line = copying;
        if (line == null) copying = line = DataCommand.progressLine(spec, RecoveryLine.Work.COPYING);
        line.progress(bytesDone, bytesTotal);
    }

    private static double mebibytes(long bytes) {
        return bytes / (double) (1 << 20);
    }
}
