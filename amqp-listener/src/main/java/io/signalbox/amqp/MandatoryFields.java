package io.signalbox.amqp;

import org.apache.qpid.proton.amqp.security.SaslInit;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.jspecify.annotations.Nullable;

/**
 * The fields that AMQP 1.0 §2.7 and §5.3.3 call mandatory and the codec lets be null. Behind this check they are there. Pure
 * functions.
 */
final class MandatoryFields {

    private MandatoryFields() {}

    static void check(Object performative) throws Refusal {
        boolean complete = true;
        if (performative instanceof Transfer transfer) {
            complete = areSet(transfer.getHandle());
        } else if (performative instanceof Disposition disposition) {
            complete = areSet(disposition.getRole(), disposition.getFirst());
        } else if (performative instanceof Flow flow) {
            complete = areSet(flow.getIncomingWindow(), flow.getNextOutgoingId(), flow.getOutgoingWindow());
        } else if (performative instanceof Attach attach) {
            complete = areSet(attach.getName(), attach.getHandle(), attach.getRole());
        } else if (performative instanceof Detach detach) {
            complete = areSet(detach.getHandle());
        } else if (performative instanceof Begin begin) {
            complete = areSet(begin.getNextOutgoingId(), begin.getIncomingWindow(), begin.getOutgoingWindow());
        } else if (performative instanceof Open open) {
            complete = areSet(open.getContainerId());
        } else if (performative instanceof SaslInit init) {
            complete = areSet(init.getMechanism());
        }
        if (complete) return;
        throw Refusal.ofConnection(
                AmqpError.DECODE_ERROR,
                "a mandatory field of " + performative.getClass().getSimpleName() + " is missing");
    }

    private static boolean areSet(@Nullable Object... fields) {
        for (Object field : fields) {
            if (field == null) return false;
        }
        return true;
    }
}
