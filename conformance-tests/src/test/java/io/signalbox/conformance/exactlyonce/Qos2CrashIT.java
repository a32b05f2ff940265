package io.signalbox.conformance.exactlyonce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 in every gap of PUBLISH, PUBREC, PUBREL, PUBCOMP and the next use of the packet identifier, in both directions; in
 * about half of the rounds the clients are killed too, in every third one the client that stands in the gap takes its session
 * over first. {@code -Dsignalbox.kills=40} sets how many, {@code -Dsignalbox.seed=…} repeats the moments.
 */
final class Qos2CrashIT {

    private static final String TOPIC = "exactly/once";
    private static final int LONGEST_WARM_UP_MILLIS = 300;
    private static final int LONGEST_DELAY_MICROS = 3_000;
    private static final Duration COMPLETION_LIMIT = Duration.ofSeconds(60);

    /** Eight at least: two directions with four gaps each. */
    private final int kills = Math.max(8, Integer.getInteger("signalbox.kills", 3));

    private final long seed = Long.getLong("signalbox.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Map<Gap, Integer> publisherStood = new EnumMap<>(Gap.class);
    private final Map<Gap, Integer> subscriberStood = new EnumMap<>(Gap.class);
    private int takeovers;
    private int clientKills;

    @TempDir
    Path clients;

    private Qos2Publisher publisher() {
        return new Qos2Publisher(clients.resolve("publisher"), TOPIC);
    }

    private Qos2Subscriber subscriber() {
        return new Qos2Subscriber(clients.resolve("subscriber"), TOPIC);
    }

    @Test
    void everyMessageIsDeliveredExactlyOnceWhereverTheKillLands() throws Exception {
        System.out.println("QoS 2 campaign: " + kills + " kills, -Dsignalbox.seed=" + seed);
        BrokerOptions options = BrokerOptions.fresh().onUsualJvm();
        BrokerProcess broker = BrokerProcess.start(options);
        Qos2Publisher publisher = publisher();
        Qos2Subscriber subscriber = subscriber();
        try {
            for (int kill = 0; kill < kills; kill++) {
                Client receiving = Client.start(subscriber, broker.mqtt());
                Await.until("the subscription", subscriber::isSubscribed);
                Client sending = Client.start(publisher, broker.mqtt());
                boolean killClients = random.nextBoolean();
                killInGap(broker, kill, publisher, subscriber, killClients ? List.of(sending, receiving) : List.of());
                sending.awaitEnd();
                receiving.awaitEnd();
                for (Gap gap : Gap.values()) {
                    if (publisher.isIn(gap)) publisherStood.merge(gap, 1, Integer::sum);
                    if (subscriber.isIn(gap)) subscriberStood.merge(gap, 1, Integer::sum);
                }
                if (killClients) {
                    clientKills++;
                    publisher = publisher();
                    subscriber = subscriber();
                }
                publisher.aim(Aim.NONE);
                subscriber.aim(Aim.NONE);
                broker = broker.restart();
            }
            complete(broker, publisher, subscriber);
            broker = verifyThatNothingComesBack(broker, subscriber);
        } finally {
            broker.close();
            report(publisher, subscriber);
        }
        verify(publisher, subscriber);
        BrokerProcess.deleteData(options.dataDirectory());
    }

    private void killInGap(
            BrokerProcess broker, int kill, Qos2Publisher publisher, Qos2Subscriber subscriber, List<Client> victims)
            throws InterruptedException {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(LONGEST_WARM_UP_MILLIS)));
        boolean takeover = kill % 3 == 2;
        if (takeover) takeovers++;
        Aim aim = new Aim(Gap.values()[kill / 2 % 4], takeover);
        Role aimedAt = kill % 2 == 0 ? publisher : subscriber;
        aimedAt.aim(aim);
        assertTrue(aim.awaitReached(10_000), aimedAt.clientId() + " does not get to " + aim.gap());
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(LONGEST_DELAY_MICROS)));
        victims.forEach(Client::kill);
        broker.kill();
    }

    /** Both clients go on until every exchange has come to its end. */
    private static void complete(BrokerProcess broker, Qos2Publisher publisher, Qos2Subscriber subscriber) {
        publisher.finish();
        Client receiving = Client.start(subscriber, broker.mqtt());
        Client sending = Client.start(publisher, broker.mqtt());
        Await.until(
                "everything is answered and delivered",
                COMPLETION_LIMIT,
                () -> sending.hasEnded()
                        || receiving.hasEnded()
                        || (publisher.isFinished()
                                && subscriber.isFinished()
                                && subscriber.deliveries() >= publisher.published()));
        sending.close();
        receiving.close();
        sending.awaitEnd();
        receiving.awaitEnd();
    }

    private static BrokerProcess verifyThatNothingComesBack(BrokerProcess broker, Qos2Subscriber subscriber) {
        assertEquals(0, broker.stop(), "exit code of a clean stop");
        BrokerProcess next = broker.restart();
        int before = subscriber.deliveries();
        Client receiving = Client.start(subscriber, next.mqtt());
        boolean more = Await.holdsWithin(Duration.ofMillis(500), () -> subscriber.deliveries() > before);
        receiving.close();
        receiving.awaitEnd();
        assertFalse(more, "messages came back after everything was completed");
        return next;
    }

    private static int lost(Qos2Publisher publisher, Qos2Subscriber subscriber) {
        return publisher.published() - new HashSet<>(subscriber.delivered()).size();
    }

    private static int duplicates(Qos2Subscriber subscriber) {
        return subscriber.delivered().size() - new HashSet<>(subscriber.delivered()).size();
    }

    private static int disordered(Qos2Subscriber subscriber) {
        int disordered = 0;
        int last = 0;
        for (int number : subscriber.delivered()) {
            if (number < last) disordered++;
            last = Math.max(last, number);
        }
        return disordered;
    }

    private void report(Qos2Publisher publisher, Qos2Subscriber subscriber) {
        System.out.printf(
                "QoS 2 campaign: %d published, lost %d, duplicates %d, out of order %d; %d kills, %d of them with the"
                        + " clients, %d takeovers; kills in each gap: publisher %s, subscriber %s; -Dsignalbox.seed=%d%n",
                publisher.published(),
                lost(publisher, subscriber),
                duplicates(subscriber),
                disordered(subscriber),
                kills,
                clientKills,
                takeovers,
                publisherStood,
                subscriberStood,
                seed);
    }

    private void verify(Qos2Publisher publisher, Qos2Subscriber subscriber) {
        assertEquals(0, lost(publisher, subscriber), "lost");
        assertEquals(0, duplicates(subscriber), "duplicates");
        assertEquals(0, disordered(subscriber), "out of order");
        for (Gap gap : Gap.values()) {
            assertTrue(publisherStood.getOrDefault(gap, 0) >= kills / 8, "kills of the publisher in " + gap);
            assertTrue(subscriberStood.getOrDefault(gap, 0) >= kills / 8, "kills of the subscriber in " + gap);
        }
    }
}
