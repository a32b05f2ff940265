package io.signalbox.conformance.process;

import java.util.Locale;

/** Which broker the tests meet. A process unless {@code -Dsignalbox.broker=embedded} says otherwise. */
enum BrokerKind {
    PROCESS {
        @Override
        BrokerUnderTest start(BrokerOptions options) {
            return BrokerProcess.start(options);
        }
    },
    EMBEDDED {
        @Override
        BrokerUnderTest start(BrokerOptions options) {
            return EmbeddedBroker.start(options);
        }
    };

    private static final String PROPERTY = "signalbox.broker";

    abstract BrokerUnderTest start(BrokerOptions options);

    static BrokerKind chosen() {
        return valueOf(System.getProperty(PROPERTY, "process").toUpperCase(Locale.ROOT));
    }
}
