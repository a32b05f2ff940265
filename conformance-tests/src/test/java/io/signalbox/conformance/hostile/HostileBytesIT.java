package io.signalbox.conformance.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Every attack on a real broker, again and again on new connections, while probes on other connections measure. Each ends as
 * the protocol wants it to; the broker serves on; and nobody else is made to wait. Attacks and probes come to all loops in turn,
 * so that a loop turn that takes long is a message that came late.
 */
@Isolated
class HostileBytesIT {

    private static final Duration SPAN = Siege.span(150);
    private static final Duration ALONE = Duration.ofSeconds(1);

    /** What a busy test machine adds to the tail by itself; a loop that is held for long is far beyond it. */
    private static final double LONGEST_MILLIS = 400;

    private final List<String> failures = new ArrayList<>();

    @Test
    @Timeout(240)
    void everyAttackEndsAsItShouldAndNobodyElseWaits() throws Exception {
        try (Siege siege = new Siege(LineProcess.Rank.ANY)) {
            System.out.println("alone: " + siege.alone(ALONE));
            for (Attack attack : Siege.attacks()) {
                if (attack.scale() != Attack.Scale.ONE) continue; // FairnessIT does
                // The machine may have been busy with something else; the broker is so every time.
                if (!complaints(siege, attack).isEmpty()) failures.addAll(complaints(siege, attack));
            }
            failures.addAll(siege.end());
        }
        assertEquals(List.of(), failures);
    }

    /** How long others waited; what ends as it should not is a failure at once. */
    private List<String> complaints(Siege siege, Attack attack) throws Exception {
        Siege.Round round = siege.attack(attack, SPAN);
        System.out.printf(
                Locale.ROOT, "%-48s %6d times   %s%n", attack, round.report().times(), round.latencies());
        if (!round.report().failure().isEmpty())
            failures.add(attack + ": " + round.report().failure());
        List<String> complaints = new ArrayList<>(round.longTurns());
        double longest = round.latencies().longest();
        if (longest > LONGEST_MILLIS) complaints.add(attack + ": others waited for " + longest + " ms");
        return complaints;
    }
}
