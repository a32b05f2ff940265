package io.signalbox.conformance.crash;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** The clients of a campaign while they work: connected, watched, ended. Used by one thread. */
final class Traffic {

    private final Cast cast;
    private final Random seeds;
    private final List<TrafficClient> producers = new ArrayList<>();
    private final List<TrafficClient> consumers = new ArrayList<>();

    Traffic(Cast cast, Random seeds) {
        this.cast = cast;
        this.seeds = seeds;
    }

    void startConsumers(BrokerProcess broker) {
        consumers.addAll(cast.consumers(broker));
    }

    void startProducers(BrokerProcess broker) {
        producers.addAll(cast.producers(broker, seeds));
    }

    /** The least of confirmed and unsettled messages of a target that should have many. */
    int leastUnsettled() {
        return cast.held().stream().mapToInt(TargetJournal::unsettled).min().orElse(0);
    }

    /** Waits until each target that should have many has more than this many confirmed and unsettled messages. */
    void awaitUnsettled(int messages) {
        boolean reached = Await.holdsWithin(Duration.ofSeconds(60), () -> anyEnded() || leastUnsettled() >= messages);
        failIfAnyEnded();
        if (!reached) throw new AssertionError("not " + messages + " unsettled messages in each of " + cast.held());
    }

    /** Waits until settlements have been confirmed in this run, of each target that the cast names for it. */
    void awaitSettlements() {
        boolean reached = Await.holdsWithin(
                Duration.ofSeconds(60),
                () -> anyEnded() || cast.settled().stream().allMatch(TargetJournal::hasSettledInRun));
        failIfAnyEnded();
        if (!reached) throw new AssertionError("no settlement was confirmed in one of " + cast.settled());
    }

    private boolean anyEnded() {
        return all().stream().anyMatch(client -> client.ended().isDone());
    }

    /** Fails if a client has lost its connection. */
    void failIfAnyEnded() {
        for (TrafficClient client : all()) {
            if (client.ended().isDone()) {
                throw new AssertionError(client.getClass().getSimpleName() + " ended: "
                        + client.ended().join());
            }
        }
    }

    private List<TrafficClient> all() {
        List<TrafficClient> all = new ArrayList<>(producers);
        all.addAll(consumers);
        return all;
    }

    /** The broker is gone: waits until every client has seen it, and so written its last line into the journal. */
    void awaitEnds() {
        CompletableFuture<?>[] ends = all().stream().map(TrafficClient::ended).toArray(CompletableFuture<?>[]::new);
        Await.get("the ends of all clients", CompletableFuture.allOf(ends));
        forget();
    }

    private void forget() {
        producers.clear();
        consumers.clear();
    }

    /** Waits until the broker has answered for everything and the consumers have settled everything, with confirmation. */
    void finish() {
        producers.forEach(TrafficClient::finish);
        Await.until(
                "all producers are answered",
                () -> anyEnded() || producers.stream().allMatch(TrafficClient::isFinished));
        consumers.forEach(TrafficClient::finish);
        Await.until(
                "everything is delivered and settled",
                Duration.ofSeconds(60),
                () -> anyEnded() || consumers.stream().allMatch(TrafficClient::isFinished) && allDelivered());
        failIfAnyEnded();
    }

    private boolean allDelivered() {
        return cast.journal().targets().stream().allMatch(target -> target.neverDelivered() == 0);
    }

    void assertQueuesAreEmpty(BrokerProcess broker) {
        for (String queue : cast.queues()) {
            Await.until("queue " + queue + " is empty", () -> broker.control().depth(queue) == 0);
        }
    }

    /** Whatever there is comes, and is written into the journal. */
    void drain() {
        for (TrafficClient consumer : consumers) Await.get("a drained link", consumer.drain());
    }

    void close() {
        all().forEach(TrafficClient::close);
        forget();
    }
}
