package io.signalbox.broker.security;

/**
 * Who is at the other end of a connection, once it has been established.
 *
 * @param name the user's name, or {@code anonymous}
 * @param revision of the user whose password was proved, see {@link User#revision}; 0 if nothing was
 */
public record Identity(String name, long revision) {

    /** Whoever may do things without saying who they are. */
    public static final Identity ANONYMOUS = new Identity("anonymous", 0);

    /** A name that nothing was proved for. */
    public static Identity unproved(String name) {
        return name.isEmpty() ? ANONYMOUS : new Identity(name, 0);
    }

    /** The user that things of this peer belong to; empty if nobody in particular. */
    public String owner() {
        return revision == 0 ? "" : name;
    }
}
