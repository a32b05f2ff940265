package io.signalbox.benchmarks.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated
class ProcessProbeTest {

    @Test
    void aNameWithSpacesAndParenthesesDoesNotShiftTheFields() {
        String stat = "12 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 150 27 13 14 15";
        assertEquals(177, ProcessProbe.cpuTicks(stat));
    }

    @Test
    void idleTimeAndWaitingForADiskAreNotBusy() {
        assertEquals(1 + 2 + 3 + 6 + 7 + 8, MachineProbe.busyTicks("cpu  1 2 3 400 500 6 7 8 9 10"));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void thisProcessIsFoundAndHasAMemory() throws IOException {
        ProcessProbe self = ProcessProbe.of(ProcessHandle.current().pid());
        assertTrue(self.cpuNanos() > 0);
        assertTrue(self.residentBytes() > 1 << 20);
        assertTrue(self.peakResidentBytes() > 1 << 20);
        assertTrue(MachineProbe.busyNanos() > 0);
    }

    @Test
    void ofTheLimitsTheSoftOneOfOpenFilesHolds() {
        List<String> limits = List.of(
                "Limit                     Soft Limit           Hard Limit           Units     ",
                "Max processes             7                    8                    processes ",
                "Max open files            1024                 20000                files     ");
        assertEquals(1024, ProcessProbe.openFilesLimit(limits));
        assertEquals(
                Long.MAX_VALUE, ProcessProbe.openFilesLimit(List.of("Max open files   unlimited   unlimited  files")));
    }

    /** Newer ones write the answer while all their threads stand still, so that a JVM cannot read its own. */
    @Test
    @EnabledOnOs(OS.LINUX)
    @EnabledForJreRange(max = JRE.JAVA_21)
    void aJvmTellsItsLiveObjectsAndWhatIsNoneIsSaidToBeNone() throws IOException {
        HeapProbe self = HeapProbe.of(ProcessHandle.current().pid());
        assertTrue(self.isThere());
        long before = self.liveBytes();
        byte[][] held = {new byte[64 << 20]};
        long grown = self.liveBytes() - before;
        assertTrue(Math.abs(grown - held[0].length) < 16 << 20, "grown by " + grown);
        held[0] = new byte[0];
        assertTrue(self.liveBytes() - before < 16 << 20);
        Process other = new ProcessBuilder("sleep", "60").start();
        assertFalse(HeapProbe.of(other.pid()).isThere());
        other.destroy();
    }

    @Test
    void aProcessThatIsNotThereIsTold() {
        assertThrows(IOException.class, () -> ProcessProbe.of(Long.MAX_VALUE));
    }

    @Test
    void theMedianIsTheMiddleAndTheSpreadIsHalfOfTheRange() {
        Spread odd = Spread.of(List.of(30.0, 10.0, 20.0));
        assertEquals(new Spread(20, 10, 30), odd);
        assertEquals(0.5, odd.relative());
        assertEquals(15, Spread.of(List.of(20.0, 10.0)).median());
        assertThrows(IllegalArgumentException.class, () -> Spread.of(List.of()));
    }
}
