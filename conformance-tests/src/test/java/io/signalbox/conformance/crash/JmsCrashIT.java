package io.signalbox.conformance.crash;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * kill -9 with Qpid JMS and MQTT clients at work. What JMS acknowledged counts as settled when {@link AcknowledgementProof}
 * has it. {@code -Dsignalbox.kills=40} sets how many kills, {@code -Dsignalbox.seed=…} repeats their moments; the profile
 * {@code campaign} makes it 40.
 */
final class JmsCrashIT {

    @Test
    void whatJmsClientsWereToldSurvivesEveryKill() {
        new CrashCampaign(
                        new CrashCampaign.Plan(
                                "JMS crash campaign",
                                CrashCampaign.kills(),
                                List.of(CrashCampaign.Moment.RANDOM),
                                700,
                                0,
                                200),
                        new JmsClients())
                .run();
    }
}
