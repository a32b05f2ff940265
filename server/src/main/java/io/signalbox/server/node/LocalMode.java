package io.signalbox.server.node;

import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.Setting;
import io.signalbox.server.config.Settings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/**
 * The rule as long as there are no users: whoever can connect may do everything, so only this machine can connect.
 */
final class LocalMode {

    private static final List<Setting<String>> HOSTS =
            List.of(Settings.AMQP_HOST, Settings.MQTT_HOST, Settings.HTTP_HOST);

    private LocalMode() {}

    /** @throws NodeFailure if a port would be open to other machines */
    static void check(Configuration configuration) throws NodeFailure {
        for (Setting<String> setting : HOSTS) {
            check(setting, configuration.get(setting));
        }
        for (TlsAddress address : TlsAddress.ALL) {
            Optional<String> host = configuration.get(address.host());
            if (host.isPresent()) check(address.host(), host.get());
        }
    }

    private static void check(Setting<?> setting, String host) throws NodeFailure {
        for (InetAddress address : resolve(setting, host)) {
            if (address.isLoopbackAddress()) continue;
            throw new NodeFailure(setting.key() + " = \"" + host
                    + "\" would let other machines in without a password, since this version has no users yet."
                    + " Use a loopback address: --set " + setting.key() + "=127.0.0.1");
        }
    }

    private static InetAddress[] resolve(Setting<?> setting, String host) throws NodeFailure {
        try {
            return InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            throw new NodeFailure(setting.key() + " = \"" + host + "\" is not a host name that resolves here.", e);
        }
    }
}
