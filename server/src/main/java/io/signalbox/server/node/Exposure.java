package io.signalbox.server.node;

import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.Setting;
import io.signalbox.server.config.Settings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/**
 * A setting that opens a port to other machines. Immutable.
 *
 * @param host its value
 */
record Exposure(Setting<?> setting, String host) {

    private static final List<Setting<String>> HOSTS =
            List.of(Settings.AMQP_HOST, Settings.MQTT_HOST, Settings.HTTP_HOST);

    /**
     * The first such setting; empty if only this machine can connect.
     *
     * @throws NodeFailure if a host name does not resolve
     */
    static Optional<Exposure> of(Configuration configuration) throws NodeFailure {
        Optional<Exposure> first = Optional.empty();
        for (Setting<String> setting : HOSTS) {
            if (isExposed(setting, configuration.get(setting)) && first.isEmpty()) {
                first = Optional.of(new Exposure(setting, configuration.get(setting)));
            }
        }
        for (TlsAddress address : TlsAddress.ALL) {
            Optional<String> host = configuration.get(address.host());
            if (host.isPresent() && isExposed(address.host(), host.get()) && first.isEmpty()) {
                first = Optional.of(new Exposure(address.host(), host.get()));
            }
        }
        return first;
    }

    private static boolean isExposed(Setting<?> setting, String host) throws NodeFailure {
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                if (!address.isLoopbackAddress()) return true;
            }
            return false;
        } catch (UnknownHostException e) {
            throw new NodeFailure(setting.key() + " = \"" + host + "\" is not a host name that resolves here.", e);
        }
    }

    /** Why a broker without users does not start like this. */
    NodeFailure refusal() {
        return new NodeFailure(setting.key() + " = \"" + host
                + "\" would let other machines in, and there are no users yet. Start with --set " + setting.key()
                + "=127.0.0.1 and add one with: signalbox user add admin; or give SIGNALBOX_ADMIN_PASSWORD or"
                + " SIGNALBOX_ADMIN_PASSWORD_FILE in the environment.");
    }
}
