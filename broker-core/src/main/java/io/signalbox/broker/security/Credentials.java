package io.signalbox.broker.security;

import java.net.SocketAddress;

/** What a peer shows of itself. The remote address is the socket's, never one that the peer names. */
public sealed interface Credentials {

    SocketAddress remoteAddress();

    /** Nothing but the connection itself. */
    record Anonymous(SocketAddress remoteAddress) implements Credentials {}

    /** A user name and a password, as the peer sent them. */
    record Password(SocketAddress remoteAddress, String user, byte[] password) implements Credentials {
        @Override
        public String toString() {
            return "Password[user=" + user + "]"; // a password is never printed
        }
    }
}
