package io.signalbox.amqp;

import io.signalbox.amqp.SessionOutput.OutgoingDelivery;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The delivery-ids that were unsettled when an error detached their link, until the peer has detached it too: whoever names
 * one of them ends the session (AMQP 1.0 §2.6.5). Confined to the connection's event loop.
 */
final class ErrantDeliveries {

    private final Map<OutgoingLink, int[]> idsByLink = new HashMap<>(0);

    /** @param unsettled what the link has sent, in the order of its ids */
    void add(OutgoingLink link, List<OutgoingDelivery> unsettled) {
        if (unsettled.isEmpty()) return;
        idsByLink.put(
                link, unsettled.stream().mapToInt(OutgoingDelivery::deliveryId).toArray());
    }

    void forget(OutgoingLink link) {
        idsByLink.remove(link);
    }

    /** Refuses a range that names one of them; costs a step per link and some per doubling of its deliveries. */
    void check(int first, int last) throws Refusal {
        for (Map.Entry<OutgoingLink, int[]> errant : idsByLink.entrySet()) {
            int[] ids = errant.getValue();
            int index = lowerBound(ids, first);
            if (index == ids.length || SerialNumber.isBefore(last, ids[index])) continue;
            throw LinkEnd.errantLink(errant.getKey().handle());
        }
    }

    /** The first index whose id is not before {@code deliveryId}. */
    private static int lowerBound(int[] ids, int deliveryId) {
        int low = 0;
        int high = ids.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (SerialNumber.isBefore(ids[middle], deliveryId)) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
