package io.signalbox.server.config;

import io.signalbox.persistence.DiskLimits;
import java.util.Optional;

/** Whether what the log may take holds the segments that it needs in any case. Stateless. */
final class DataSizes {

    private DataSizes() {}

    static Optional<ConfigurationProblem> in(Configuration configuration) {
        long segment = configuration.get(Settings.DATA_SEGMENT_SIZE);
        Optional<Long> most = configuration.get(Settings.DATA_MAX_SIZE);
        if (most.isEmpty() || most.get() >= DiskLimits.FEWEST_SEGMENTS * segment) return Optional.empty();
        String sentence =
                Settings.DATA_MAX_SIZE.key() + " (" + configuration.origin(Settings.DATA_MAX_SIZE) + ") is less than "
                        + DiskLimits.FEWEST_SEGMENTS + " times " + Settings.DATA_SEGMENT_SIZE.key() + " ("
                        + configuration.origin(Settings.DATA_SEGMENT_SIZE) + "), "
                        + Settings.DATA_SEGMENT_SIZE.type().write(segment)
                        + "; raise it, or make segments smaller";
        return Optional.of(ConfigurationProblem.of("", sentence));
    }
}
