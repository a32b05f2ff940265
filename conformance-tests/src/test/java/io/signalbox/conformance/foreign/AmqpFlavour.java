package io.signalbox.conformance.foreign;

import java.net.InetSocketAddress;
import java.util.Optional;

/** A client of AMQP 1.0: a row of the matrix. */
enum AmqpFlavour {
    RHEA(Optional.of(ForeignClient.RHEA)),
    PROTON_PYTHON(Optional.of(ForeignClient.PROTON_PYTHON)),
    VERTX(Optional.empty()),
    PROTONJ2(Optional.empty());

    private final Optional<ForeignClient> foreign;

    /** @param foreign the client behind a driver; empty for one on the class path */
    AmqpFlavour(Optional<ForeignClient> foreign) {
        this.foreign = foreign;
    }

    /** Connects; a client that can, connects again by itself when its connection is cut. */
    AmqpClient connect(InetSocketAddress broker) {
        if (foreign.isPresent()) return ScriptedAmqp.connect(ClientDriver.shared(foreign.get()), broker.getPort());
        return this == VERTX ? VertxAmqp.connect(broker) : Protonj2Amqp.connect(broker);
    }

    /** Skips the test where the client is not installed. */
    void require() {
        foreign.ifPresent(ForeignClient::require);
    }
}
