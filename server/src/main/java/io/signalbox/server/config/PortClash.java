package io.signalbox.server.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Two settings that ask for one port: the second could not be opened, whatever else runs on the machine. Stateless. */
final class PortClash {

    private static final Set<String> EVERY_ADDRESS = Set.of("0.0.0.0", "::");

    private PortClash() {}

    private record Wanted(Setting<Integer> port, String host, int number) {
        boolean clashesWith(Wanted other) {
            return number != 0 // which takes any that is free
                    && number == other.number
                    && (host.equals(other.host) || EVERY_ADDRESS.contains(host) || EVERY_ADDRESS.contains(other.host));
        }
    }

    /** The first of them; of TLS ports only if they are to be opened. */
    static Optional<ConfigurationProblem> in(Configuration configuration) {
        List<Wanted> earlier = new ArrayList<>();
        for (Wanted wanted : wanted(configuration)) {
            for (Wanted other : earlier) {
                if (wanted.clashesWith(other)) return Optional.of(problem(configuration, other, wanted));
            }
            earlier.add(wanted);
        }
        return Optional.empty();
    }

    private static List<Wanted> wanted(Configuration configuration) {
        List<Wanted> all = new ArrayList<>();
        add(all, configuration, Settings.AMQP_PORT, Settings.AMQP_HOST, Optional.empty());
        add(all, configuration, Settings.MQTT_PORT, Settings.MQTT_HOST, Optional.empty());
        add(all, configuration, Settings.HTTP_PORT, Settings.HTTP_HOST, Optional.empty());
        if (configuration.get(Settings.TLS_CERTIFICATE).isEmpty()) return all;
        add(all, configuration, Settings.AMQP_TLS_PORT, Settings.AMQP_HOST, configuration.get(Settings.AMQP_TLS_HOST));
        add(all, configuration, Settings.MQTT_TLS_PORT, Settings.MQTT_HOST, configuration.get(Settings.MQTT_TLS_HOST));
        add(all, configuration, Settings.HTTP_TLS_PORT, Settings.HTTP_HOST, configuration.get(Settings.HTTP_TLS_HOST));
        return all;
    }

    private static void add(
            List<Wanted> all,
            Configuration configuration,
            Setting<Integer> port,
            Setting<String> host,
            Optional<String> ownHost) {
        all.add(new Wanted(port, ownHost.orElseGet(() -> configuration.get(host)), configuration.get(port)));
    }

    private static ConfigurationProblem problem(Configuration configuration, Wanted one, Wanted other) {
        String sentence = one.port.key() + " (" + configuration.origin(one.port) + ") and " + other.port.key() + " ("
                + configuration.origin(other.port) + ") are both " + one.number + "; give one of them another port";
        return ConfigurationProblem.of("", sentence);
    }
}
