package io.signalbox.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.persistence.Findings;
import io.signalbox.persistence.Findings.Damage;
import io.signalbox.persistence.Findings.Effect;
import io.signalbox.persistence.Findings.Hit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DataReportTest {
    private static final Findings.Checkpoint OLDER = new Findings.Checkpoint("checkpoint-1.idx", 100, Optional.empty());
    private static final Findings.Checkpoint NEWER = new Findings.Checkpoint("checkpoint-2.idx", 200, Optional.empty());
    private static final Findings.Checkpoint BROKEN =
            new Findings.Checkpoint("checkpoint-2.idx", 0, Optional.of("the checkpoint checkpoint-2.idx is damaged"));

    private static DataReport report(List<Findings.Checkpoint> checkpoints, Optional<String> start, Damage... damages) {
        Findings found =
                new Findings(3, 5 << 20, 70, 0, checkpoints, new Findings.Start(start, 3 << 20), List.of(damages));
        return new DataReport(found, List.of(), Map.of(7L, "orders"), "signalbox");
    }

    private static Damage damage(Effect effect, Hit... hits) {
        return new Damage("segment seg-1.log at offset 9", "it differs", 500, 600, effect, List.of(hits));
    }

    @Test
    void aSoundStoreIsSaidToBeSo() {
        DataReport report = report(List.of(OLDER, NEWER), Optional.of(NEWER.place()));
        assertFalse(report.isDamaged());
        assertEquals(
                List.of(
                        "3 segments, 5.0 MiB, 70 records",
                        "Checkpoint checkpoint-1.idx: whole",
                        "Checkpoint checkpoint-2.idx: whole",
                        "The newest is whole: the next start begins with it and reads up to 3.0 MiB of log",
                        "No damage"),
                report.lines());
    }

    @Test
    void damageIsNamedWithTheQueuesAndTheMessagesThatItHasHit() {
        List<Long> many = List.of(500L, 510L, 520L, 530L, 540L, 550L, 560L);
        DataReport report = report(
                List.of(OLDER, NEWER),
                Optional.of(NEWER.place()),
                damage(Effect.MESSAGES, new Hit(7, many), new Hit(8, List.of(520L))));
        assertTrue(report.isDamaged());
        assertEquals(
                List.of(
                        "Damaged: segment seg-1.log at offset 9: it differs (LSN 500 to 599)",
                        "  These cannot be read; their queues go on without them:",
                        "  queue orders: 7 messages (LSN 500, 510, 520, 530, 540, ... 560)",
                        "  queue number 8: 1 message (LSN 520)",
                        "8 messages hit; every other record is what was written"),
                report.lines().subList(4, 9));
    }

    @Test
    void whatIsNotNeededIsSaidToBeSafe() {
        List<String> lines = report(List.of(OLDER, NEWER), Optional.of(NEWER.place()), damage(Effect.NONE))
                .lines();
        assertEquals("  Nothing that a queue still has lies there", lines.get(5));
        assertEquals("No message is hit; every other record is what was written", lines.get(6));
    }

    @Test
    void queuesThatDamagedBytesNameCountOnlyIfThereAreSuch() {
        List<String> lines = report(
                        List.of(OLDER, NEWER),
                        Optional.of(NEWER.place()),
                        damage(Effect.STOPS_START, new Hit(7, List.of()), new Hit(123456, List.of())))
                .lines();
        assertEquals("  The next start reads this and stops; what may be lost:", lines.get(5));
        assertEquals("  queue orders: may be hit, as the damaged bytes name it", lines.get(6));
        assertEquals(8, lines.size());
    }

    @Test
    void whatADamagedCheckpointMeansForTheNextStartIsSaid() {
        List<String> before =
                report(List.of(OLDER, BROKEN), Optional.of(OLDER.place())).lines();
        assertEquals(
                "The one before is whole: the next start begins with it and reads up to 3.0 MiB of log, so nothing is"
                        + " lost; the damaged one is set aside",
                before.get(3));
        assertEquals("Damaged: the checkpoint checkpoint-2.idx is damaged", before.get(4));
        DataReport none = report(List.of(BROKEN, BROKEN), Optional.empty(), damage(Effect.UNKNOWN));
        assertTrue(none.lines().get(3).contains("the next start stops: `signalbox data rebuild`"));
        assertEquals(
                "Keep a copy of the directory before anything else is tried",
                none.lines().get(8));
    }
}
