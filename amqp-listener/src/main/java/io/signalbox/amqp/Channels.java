package io.signalbox.amqp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.ConnectionError;
import org.jspecify.annotations.Nullable;

/**
 * A connection's sessions by channel, and its links by name (AMQP 1.0 §2.5.1, §2.6.1). Confined to the connection's event
 * loop.
 */
final class Channels {

    /** The highest channel of a peer that names none (AMQP 1.0 §2.7.1). */
    static final int ANY = 65_535;

    private final int maxSessions;
    private final LargeTransfers large;
    private final Map<Integer, AmqpSession> sessions = new HashMap<>(4);
    private final Map<String, Named> linksByName = new HashMap<>(4);
    private @Nullable AmqpSession lastSession;
    private int lastChannel;
    private long attachBytes;
    private int peerChannelMax = ANY;

    /** @param attachBytes of the attach that is kept with the link */
    private record Named(AmqpLink link, int attachBytes) {}

    Channels(int maxSessions, LargeTransfers large) {
        this.maxSessions = maxSessions;
        this.large = large;
    }

    /** What is large and on its way out, on whatever channel. */
    LargeTransfers large() {
        return large;
    }

    /** What the peer's open said. */
    void limitTo(int channelMax) {
        peerChannelMax = channelMax;
    }

    @Nullable
    AmqpSession get(int channel) {
        AmqpSession last = lastSession;
        if (last != null && channel == lastChannel) return last; // most peers have one
        lastChannel = channel;
        lastSession = sessions.get(channel);
        return lastSession;
    }

    /** All sessions as they are now; they may end while the list is walked. */
    List<AmqpSession> all() {
        return new ArrayList<>(sessions.values());
    }

    /** AMQP 1.0 §2.7.1: channel-max is the highest channel number, whatever the frame on it is. */
    void checkIsInRange(int channel) throws Refusal {
        if (channel < maxSessions) return;
        throw Refusal.ofConnection(ConnectionError.FRAMING_ERROR, "channel " + channel + " is above channel-max");
    }

    /** Whether a session may begin here. */
    void check(int channel, Begin begin) throws Refusal {
        if (begin.getRemoteChannel() != null) {
            throw Refusal.ofConnection(AmqpError.NOT_ALLOWED, "this broker begins no session that could be answered");
        }
        if (sessions.containsKey(channel)) {
            throw Refusal.ofConnection(AmqpError.NOT_ALLOWED, "a session has already begun on channel " + channel);
        }
        if (channel > peerChannelMax) {
            throw Refusal.ofConnection(AmqpError.NOT_ALLOWED, "channel " + channel + " is above your own channel-max");
        }
    }

    void begun(int channel, AmqpSession session) {
        sessions.put(channel, session);
        lastSession = null;
    }

    void ended(int channel) {
        sessions.remove(channel);
        lastSession = null;
    }

    /** AMQP 1.0 §2.6.1: a name is used by one link in each direction; a newcomer takes it over. */
    void nameTaken(String directedName, AmqpLink link, int bytes) {
        Named former = linksByName.put(directedName, new Named(link, bytes));
        attachBytes += bytes;
        if (former == null) return;
        attachBytes -= former.attachBytes();
        former.link().stolen();
    }

    boolean hasLink(String directedName) {
        return linksByName.containsKey(directedName);
    }

    void nameFreed(String directedName, AmqpLink link) {
        Named named = linksByName.get(directedName);
        if (named == null || named.link() != link) return;
        attachBytes -= named.attachBytes();
        linksByName.remove(directedName);
    }

    /** What the links' names, addresses and filters come to, as they are encoded. */
    long attachBytes() {
        return attachBytes;
    }

    /** Links that have a handle: also those that the peer has not detached yet although we have. */
    int linkCount() {
        int links = 0;
        for (AmqpSession session : sessions.values()) links += session.linkCount();
        return links;
    }

    /** Lets go of everything in the broker. */
    void leave() {
        for (AmqpSession session : all()) session.leave();
        sessions.clear();
        lastSession = null;
        linksByName.clear();
        attachBytes = 0;
    }
}
