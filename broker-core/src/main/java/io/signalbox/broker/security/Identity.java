package io.signalbox.broker.security;

/**
 * Who is at the other end of a connection, once it has been established.
 *
 * @param name the user's name, or {@code anonymous}
 */
public record Identity(String name) {

    /** Whoever may do things without saying who they are. */
    public static final Identity ANONYMOUS = new Identity("anonymous");
}
