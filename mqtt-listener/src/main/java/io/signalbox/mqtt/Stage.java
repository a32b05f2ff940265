package io.signalbox.mqtt;

import io.signalbox.mqtt.codec.Packet;

/** What a connection is in: before its CONNACK, or after. Confined to the connection's event loop. */
interface Stage {

    /** Whether the next packet may be read now. */
    boolean isReady();

    /** @throws io.signalbox.mqtt.codec.Refusal if the packet is not acceptable here */
    void onPacket(Packet packet);

    /** All that arrived together has been read. */
    void onReadComplete();

    /** The socket takes more, or no more. */
    void onWritabilityChanged();

    /** The connection has ended. */
    void onClosed(Ending ending);

    /** How a connection ends, as far as the will is concerned (MQTT-3.1.2-8). */
    enum Ending {
        /** The client has said good-bye: no will. */
        NORMAL,
        /** Anything else. */
        LOST
    }
}
