package io.signalbox.broker.routing;

/** A publisher that has a name which outlives it, such as a client's, so that a stored binding can leave its messages out. */
public interface NamedOrigin {

    /** The same for every life of the client. */
    String originName();
}
