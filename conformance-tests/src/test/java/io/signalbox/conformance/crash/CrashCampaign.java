package io.signalbox.conformance.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * kill -9 at random moments of one broker's life on one data directory, with the clients of a {@link Cast} at work. Used by
 * one thread.
 */
final class CrashCampaign {

    private static final int LONGEST_DELAY_IN_ROLL_MICROS = 1_000;
    private static final Duration ROLL_LIMIT = Duration.ofSeconds(60);
    private static final Duration RETURN_LIMIT = Duration.ofSeconds(60);
    private static final String SEGMENT_SIZE = "4MiB";

    /** How many kills; {@code -Dsignalbox.kills=…}, set by the build. */
    static int kills() {
        return Integer.getInteger("signalbox.kills", 3);
    }

    /**
     * What is done to the broker.
     *
     * @param moments how the moments of the kills are chosen, in turn
     * @param longestDelayMillis the random moments of kills come so long after the clients have their backlog, or earlier
     * @param killsDuringRoll so many kills at least must land in a roll; more are tried for it
     * @param leastUnsettled so many confirmed and unsettled messages there must be at each kill
     */
    record Plan(
            String name,
            int kills,
            List<Moment> moments,
            int longestDelayMillis,
            int killsDuringRoll,
            int leastUnsettled) {}

    private final Plan plan;
    private final Random random;
    private final Cast cast;
    private final Traffic traffic;
    private final CampaignTable table;

    /** The seed is {@code -Dsignalbox.seed=…}, which repeats an earlier campaign, or a new one. */
    CrashCampaign(Plan plan, Cast cast) {
        long seed = Long.getLong("signalbox.seed", System.nanoTime());
        System.out.println(plan.name + ": " + plan.kills + " kills, -Dsignalbox.seed=" + seed);
        this.plan = plan;
        this.cast = cast;
        this.random = new Random(seed);
        this.traffic = new Traffic(cast, random);
        this.table = new CampaignTable(cast.journal().targets());
    }

    /** Kills and restarts, settles everything in the end, and fails if the journal found anything wrong. */
    void run() {
        BrokerOptions options = BrokerOptions.fresh().onUsualJvm().with("data.segment-size", SEGMENT_SIZE);
        BrokerProcess broker = BrokerProcess.start(options);
        try {
            cast.declare(broker);
            traffic.startConsumers(broker);
            traffic.startProducers(broker);
            for (int kill = 0; kill < plan.kills; kill++) {
                broker = killAndRestart(broker, plan.moments.get(kill % plan.moments.size()));
            }
            for (int more = 0; more < plan.kills && table.killsDuringRoll() < plan.killsDuringRoll; more++) {
                broker = killAndRestart(broker, Moment.ROLL);
            }
            traffic.finish();
            broker = verifyThatNothingComesBack(broker);
        } finally {
            broker.close();
            report(options.dataDirectory());
        }
        assertEquals(List.of(), cast.journal().violations());
        assertTrue(
                table.leastUnsettled() >= plan.leastUnsettled, "a kill had " + table.leastUnsettled() + " unsettled");
        assertTrue(table.killsDuringRoll() >= plan.killsDuringRoll, table.killsDuringRoll() + " kills during a roll");
        BrokerProcess.deleteData(options.dataDirectory());
    }

    /** How the moment of a kill is chosen. */
    enum Moment {
        RANDOM,
        ROLL
    }

    private BrokerProcess killAndRestart(BrokerProcess broker, Moment moment) {
        traffic.awaitUnsettled(plan.leastUnsettled + 200);
        traffic.awaitSettlements();
        long start = System.nanoTime();
        await(moment, broker);
        broker.kill();
        long delayMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        traffic.awaitEnds();
        String duringRoll = RollWatch.unfinishedRoll(broker.dataDirectory());
        List<Integer> unsettled =
                cast.journal().targets().stream().map(TargetJournal::unsettled).toList();
        int leastUnsettled = traffic.leastUnsettled();
        int confirmed = cast.journal().confirmed();
        cast.journal().newRun();

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
                leastUnsettled,
                countsOfAllTargets(),
                restartMillis));
        return next;
    }

    private void await(Moment moment, BrokerProcess broker) {
        switch (moment) {
            case RANDOM -> {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(plan.longestDelayMillis)));
                traffic.awaitUnsettled(plan.leastUnsettled); // consumers may have caught up
            }
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
        boolean complete = Await.holdsWithin(RETURN_LIMIT, () -> cast.journal().missing() == 0);
        traffic.failIfAnyEnded();
        if (!complete) cast.journal().targets().forEach(TargetJournal::countMissingAsLost);
        assertEquals(List.of(), cast.journal().violations());
    }

    /** Everything is settled with confirmation: the queues are empty, and still are after a clean stop and a start. */
    private BrokerProcess verifyThatNothingComesBack(BrokerProcess broker) {
        traffic.close();
        traffic.assertQueuesAreEmpty(broker);
        assertEquals(0, broker.stop(), "exit code of a clean stop");
        cast.journal().newRun();
        BrokerProcess next = broker.restart();
        int before = countsOfAllTargets().redelivered();
        traffic.startConsumers(next);
        traffic.drain();
        traffic.assertQueuesAreEmpty(next);
        traffic.close();
        assertEquals(before, countsOfAllTargets().redelivered(), "messages came back after everything was settled");
        return next;
    }

    private TargetJournal.Counts countsOfAllTargets() {
        return cast.journal().targets().stream()
                .map(TargetJournal::counts)
                .reduce(new TargetJournal.Counts(0, 0, 0, 0, 0, 0), TargetJournal.Counts::plus);
    }

    private void report(Path directory) {
        TargetJournal.Counts counts = countsOfAllTargets();
        System.out.printf(
                "%s: confirmed lost %d, confirmed settlements returned %d, out of order %d; %d messages confirmed,"
                        + " %d settlements confirmed, %d redelivered (%d of them without a mark), %d kills during a roll,"
                        + " slowest restart %d ms%n",
                plan.name,
                counts.lost(),
                counts.returned(),
                counts.disordered(),
                cast.journal().confirmed(),
                counts.settled(),
                counts.redelivered(),
                counts.redeliveredUnmarked(),
                table.killsDuringRoll(),
                table.slowestRestartMillis());
        if (!cast.journal().violations().isEmpty()) {
            System.out.println("The data directory is kept: " + directory);
            cast.journal().violations().forEach(System.out::println);
        }
    }
}
