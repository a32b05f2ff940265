package io.signalbox.conformance.crash;

import io.signalbox.testkit.Clause;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * kill -9 with our own peers of both protocols at work, which settle with confirmation. Every other kill waits for a segment
 * roll. {@code -Dsignalbox.kills=40} sets how many, {@code -Dsignalbox.seed=…} repeats the moments and bodies of an earlier
 * campaign; the profile {@code campaign} makes it 40.
 */
final class CrashCampaignIT {

    @Clause("AMQP-3.2.1-2")
    @Test
    void whatWasConfirmedSurvivesEveryKillAndWhatWasSettledStaysSettled() {
        int kills = CrashCampaign.kills();
        // Three of twenty; those that look at a roll may miss it by a moment, so a few more are tried.
        int killsDuringRoll = kills * 3 / 20;
        List<CrashCampaign.Moment> moments = List.of(CrashCampaign.Moment.ROLL, CrashCampaign.Moment.RANDOM);
        new CrashCampaign(
                        new CrashCampaign.Plan("crash campaign", kills, moments, 1_500, killsDuringRoll, 1_000),
                        new OwnClients())
                .run();
    }
}
