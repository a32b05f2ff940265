package io.signalbox.conformance.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import io.signalbox.testkit.Clause;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * kill -9 at random moments of one broker's life on one data directory, with clients of both protocols at work. Every other
 * kill waits for a segment roll. {@code -Dsignalbox.kills=20} sets how many, {@code -Dsignalbox.seed=…} repeats the moments
 * and bodies of an earlier campaign; the profile {@code campaign} makes it 20.
 */
final class CrashCampaignIT {

    private static final int LEAST_UNSETTLED = 1_000;
    private static final int LONGEST_DELAY_MILLIS = 1_500;
    private static final int LONGEST_DELAY_IN_ROLL_MICROS = 1_000;
    private static final Duration ROLL_LIMIT = Duration.ofSeconds(60);
    private static final Duration RETURN_LIMIT = Duration.ofSeconds(60);
    private static final String SEGMENT_SIZE = "4MiB";

    private final int kills = Integer.getInteger("signalbox.kills", 3);
    /** Three of twenty; those that look at a roll may miss it by a moment, so a few more are tried. */
    private final int killsDuringRollWanted = kills * 3 / 20;

    private final long seed = Long.getLong("signalbox.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Traffic traffic = new Traffic(random);

    @Clause("AMQP-3.2.1-2")
    @Test
    void whatWasConfirmedSurvivesEveryKillAndWhatWasSettledStaysSettled() {
        System.out.println("crash campaign: " + kills + " kills, -Dsignalbox.seed=" + seed);
        BrokerOptions options = BrokerOptions.fresh().with("data.segment-size", SEGMENT_SIZE);
        CampaignTable table = new CampaignTable();
        BrokerProcess broker = BrokerProcess.start(options);
        try {
            traffic.declare(broker);
            traffic.startConsumers(broker);
            traffic.startProducers(broker);
            for (int kill = 1; kill <= kills; kill++) {
                broker = killAndRestart(broker, kill % 2 == 1 ? Moment.ROLL : Moment.RANDOM, table);
            }
            for (int more = 0; more < kills && table.killsDuringRoll() < killsDuringRollWanted; more++) {
                broker = killAndRestart(broker, Moment.ROLL, table);
            }
            traffic.finish();
            broker = verifyThatNothingComesBack(broker);
        } finally {
            broker.close();
            report(table, options.dataDirectory());
        }
        assertEquals(List.of(), traffic.journal().violations());
        assertTrue(table.leastUnsettled() >= LEAST_UNSETTLED, "a kill had " + table.leastUnsettled() + " unsettled");
        assertTrue(table.killsDuringRoll() >= killsDuringRollWanted, table.killsDuringRoll() + " kills during a roll");
        BrokerProcess.deleteData(options.dataDirectory());
    }

    /** How the moment of a kill is chosen. */
    private enum Moment {
        RANDOM,
        ROLL
    }

    private BrokerProcess killAndRestart(BrokerProcess broker, Moment moment, CampaignTable table) {
        traffic.awaitUnsettled(LEAST_UNSETTLED + 200);
        long start = System.nanoTime();
        await(moment, broker);
        broker.kill();
        long delayMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        traffic.awaitEnds();
        String duringRoll = RollWatch.unfinishedRoll(broker.dataDirectory());
        int[] unsettled =
                traffic.targets().stream().mapToInt(TargetJournal::unsettled).toArray();
        int confirmed = traffic.journal().confirmed();
        traffic.journal().newRun();

        long restart = System.nanoTime();
        BrokerProcess next = broker.restart();
        long restartMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - restart);
        try {
            traffic.startConsumers(next);
            traffic.startProducers(next);
            awaitReturn();
        } catch (RuntimeException | Error e) {
            System.out.println("The broker printed:\n" + next.output());
            next.close();
            throw e;
        }
        table.add(new CampaignTable.Kill(
                moment.name().toLowerCase(Locale.ROOT),
                delayMillis,
                duringRoll,
                confirmed,
                unsettled,
                countsOfAllTargets(),
                restartMillis));
        return next;
    }

    private void await(Moment moment, BrokerProcess broker) {
        switch (moment) {
            case RANDOM -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(LONGEST_DELAY_MILLIS)));
            case ROLL -> {
                long delayNanos = TimeUnit.MICROSECONDS.toNanos(random.nextInt(LONGEST_DELAY_IN_ROLL_MICROS));
                assertTrue(RollWatch.awaitRoll(broker.dataDirectory(), ROLL_LIMIT), "no roll within " + ROLL_LIMIT);
                long seen = System.nanoTime();
                while (System.nanoTime() - seen < delayNanos) Thread.onSpinWait();
            }
        }
    }

    /** Waits for everything that must come back; what does not is counted as lost. */
    private void awaitReturn() {
        boolean complete =
                Await.holdsWithin(RETURN_LIMIT, () -> traffic.journal().missing() == 0);
        traffic.failIfAnyEnded();
        if (!complete) traffic.targets().forEach(TargetJournal::countMissingAsLost);
        assertEquals(List.of(), traffic.journal().violations());
    }

    /** Everything is settled with confirmation: the queues are empty, and still are after a clean stop and a start. */
    private BrokerProcess verifyThatNothingComesBack(BrokerProcess broker) {
        traffic.close();
        traffic.assertQueuesAreEmpty(broker);
        assertEquals(0, broker.stop(), "exit code of a clean stop");
        traffic.journal().newRun();
        BrokerProcess next = broker.restart();
        int before = countsOfAllTargets().redelivered();
        traffic.startConsumers(next);
        traffic.drainQueues();
        traffic.close();
        assertEquals(before, countsOfAllTargets().redelivered(), "messages came back after everything was settled");
        return next;
    }

    private TargetJournal.Counts countsOfAllTargets() {
        return traffic.targets().stream()
                .map(TargetJournal::counts)
                .reduce(new TargetJournal.Counts(0, 0, 0, 0, 0), TargetJournal.Counts::plus);
    }

    private void report(CampaignTable table, Path directory) {
        TargetJournal.Counts counts = countsOfAllTargets();
        System.out.printf(
                "crash campaign: confirmed lost %d, confirmed settlements returned %d, out of order %d; %d messages"
                        + " confirmed, %d redelivered (%d of them without a mark), %d kills during a roll, slowest restart"
                        + " %d ms%n",
                counts.lost(),
                counts.returned(),
                counts.disordered(),
                traffic.journal().confirmed(),
                counts.redelivered(),
                counts.redeliveredUnmarked(),
                table.killsDuringRoll(),
                table.slowestRestartMillis());
        if (!traffic.journal().violations().isEmpty()) {
            System.out.println("The data directory is kept: " + directory);
            traffic.journal().violations().forEach(System.out::println);
        }
    }
}
