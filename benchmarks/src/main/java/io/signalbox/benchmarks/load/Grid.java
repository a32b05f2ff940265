package io.signalbox.benchmarks.load;

import java.util.ArrayList;
import java.util.List;

/**
 * How sending connections, places (topics or queues) and taking connections belong together, so that each message is delivered
 * once: each place has one taker, each taker its equal part of the places, and each sender sends in turn to all places of one
 * taker. There are as many senders as connections, and as many takers, but no more than places.
 *
 * @param places topics or queues; a divisor or a multiple of the connections
 */
public record Grid(int places, int connections) {

    public Grid {
        if (places < 1 || connections < 1 || (places % connections != 0 && connections % places != 0))
            throw new IllegalArgumentException(
                    places + " topics or queues cannot be shared evenly by " + connections + " connections");
    }

    public int takers() {
        return Math.min(places, connections);
    }

    /** Whose messages come to a taker. */
    public Sources sourcesOf(int taker) {
        int each = connections / takers();
        return new Sources(taker * each, each);
    }

    public int takerOf(int sender) {
        return sender / (connections / takers());
    }

    /** The places of a taker, from 0. */
    public List<Integer> placesOf(int taker) {
        List<Integer> of = new ArrayList<>();
        for (int place = taker; place < places; place += takers()) of.add(place);
        return of;
    }
}
