package io.signalbox.server.node;

import io.signalbox.broker.Broker;
import io.signalbox.broker.message.MessageFormat;
import io.signalbox.broker.security.Authenticator;
import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.Setting;
import io.signalbox.server.net.Transport;
import java.io.IOException;

/** A protocol that the node speaks: its name, its settings, and how its port is opened. */
public interface Protocol {

    /** Short and lower case, as in metrics. */
    String name();

    /** How this protocol's messages lie in the log. */
    MessageFormat format();

    Setting<String> hostSetting();

    Setting<Integer> portSetting();

    /** Where this protocol is spoken over TLS. */
    TlsAddress tlsAddress();

    /** @throws IOException if the port cannot be opened; the message is the system's */
    ProtocolPort open(Transport transport, Broker broker, Authenticator authenticator, Configuration configuration)
            throws IOException;
}
