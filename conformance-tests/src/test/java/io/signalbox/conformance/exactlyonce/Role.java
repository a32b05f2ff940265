package io.signalbox.conformance.exactlyonce;

import java.io.IOException;

/** What a client does on its connection. Confined to the client's thread, but for what is asked after its end. */
interface Role {

    String clientId();

    /** CONNACK has come: begins, or goes on where the session's state says it stands. */
    void onConnected(Wire wire, boolean sessionPresent) throws IOException;

    void onPacket(Wire wire, Wire.Packet packet) throws IOException;

    /** From now on one exchange is to stand in a gap. Any thread. */
    void aim(Aim aim);

    Aim aim();

    /** Whether an exchange stands in this gap. After the client's end. */
    boolean isIn(Gap gap);

    /** Nothing more is added to the state on disk. Any thread. */
    void die();
}
