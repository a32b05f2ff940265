package io.signalbox.conformance.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Whoever is attacked, others' messages come as soon as before: their 99th percentile is at most twice what it is without the
 * attack, or while the same attack is made on a server that only closes. Each attack goes on for long enough to have a
 * percentile; as the machine may have other work, what misses is measured again.
 */
@Tag("campaign")
@Isolated
class FairnessIT {

    private static final double ALLOWED_RATIO = 2;
    private static final int TRIES = 3;
    private static final Duration SPAN = Siege.span(3000);

    private final List<String> failures = new ArrayList<>();

    @Test
    @Timeout(3600)
    void othersWaitAtMostTwiceAsLong() throws Exception {
        try (Siege siege = new Siege(LineProcess.Rank.ATTACKER);
                Indifference nobody = new Indifference()) {
            for (Attack attack : Siege.attacks()) {
                siege.attack(attack, SPAN.dividedBy(2)); // until the code is warm
                int tries = 1;
                while (tries <= TRIES && !isFair(siege, nobody, attack)) tries++;
                if (tries > TRIES) failures.add(attack + ": others waited too long");
            }
            failures.addAll(siege.end());
        }
        assertEquals(List.of(), failures);
    }

    private boolean isFair(Siege siege, Indifference nobody, Attack attack) throws Exception {
        Duration before = SPAN.dividedBy(2);
        Bystanders.Latencies alone = siege.alone(before);
        Siege.Round control = siege.attack(attack, nobody, before);
        Siege.Round round = siege.attack(attack, SPAN);
        if (!round.report().failure().isEmpty())
            failures.add(attack + ": " + round.report().failure());
        double without = Math.max(alone.p99(), control.latencies().p99());
        double ratio = round.latencies().p99() / without;
        System.out.printf(
                Locale.ROOT,
                "%-48s alone p99 %5.2f   nobody %6d times p99 %5.2f   broker %6d times %s   ratio %5.2f%s%n",
                attack,
                alone.p99(),
                control.report().times(),
                control.latencies().p99(),
                round.report().times(),
                round.latencies(),
                ratio,
                ratio > ALLOWED_RATIO ? " !" : "");
        boolean many = attack.scale() == Attack.Scale.CROWD; // each of them gets its share of a turn
        return (many || ratio <= ALLOWED_RATIO) && round.longTurns().isEmpty();
    }
}
