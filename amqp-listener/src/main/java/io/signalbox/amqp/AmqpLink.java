package io.signalbox.amqp;

import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Flow;

/** A link as its session sees it (AMQP 1.0 §2.6). Confined to the connection's event loop. */
sealed interface AmqpLink permits IncomingLink, OutgoingLink {

    /** A flow frame that names this link. */
    void onFlow(Flow flow) throws Refusal;

    /** The peer detaches. */
    void onDetach(Detach detach);

    /** The broker detaches, with an error. */
    void detach(Refusal refusal);

    /** Another link of the same name has come (AMQP 1.0 §2.6.1). */
    void stolen();

    /** Session or connection are gone: lets go of everything in the broker, writes nothing. */
    void leave();
}
