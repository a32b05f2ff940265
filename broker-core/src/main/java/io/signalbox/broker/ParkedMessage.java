package io.signalbox.broker;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.routing.Destination;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A message that a publisher has, and that may wait for space in the log. Confined to the publisher's loop. */
final class ParkedMessage {

    private final Destination target;
    private final @Nullable LargeArrival arrival;
    private final long token;
    private final Rider rider;
    private @Nullable Message message;

    /**
     * @param message null while not all of {@code arrival} is in the log
     * @param arrival null for one that is not large
     */
    ParkedMessage(
            Destination target, @Nullable Message message, @Nullable LargeArrival arrival, long token, Rider rider) {
        this.target = target;
        this.message = message;
        this.arrival = arrival;
        this.token = token;
        this.rider = rider;
    }

    /** Whether the log has all of it that is not the message's own record, or never will. */
    boolean isComplete() {
        if (message == null && arrival != null) message = arrival.complete().orElse(null);
        return message != null || lost().isPresent();
    }

    /** Why a large one is not taken, if that is known before all of it is there. */
    Optional<PublishOutcome> lost() {
        return arrival == null ? Optional.empty() : arrival.lost();
    }

    /** Null if it is lost. */
    @Nullable
    Message message() {
        return message;
    }

    Destination target() {
        return target;
    }

    long token() {
        return token;
    }

    Rider rider() {
        return rider;
    }

    /** It is not published. */
    void letGo() {
        if (message != null) message.release();
        else if (arrival != null) arrival.abandon();
    }
}
