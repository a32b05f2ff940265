package io.signalbox.mqtt;

/** What carries a connection's bytes, and so how it ends. */
enum Carrier {
    /** The socket itself: the connection ends its output and lingers. */
    SOCKET,
    /** Another protocol's frames on the socket: that protocol closes in its own way, and lingers. */
    PROTOCOL
}
