package io.signalbox.conformance.strace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The checker passes a right trace and finds each way in which one can be wrong. */
final class ForceOrderTest {

    private static final String MARK = "SB-PROOF-M-000001";
    private static final String LOG = "5<" + hex("/data/seg-1.log") + ">";
    private static final String OTHER_LOG = "6<" + hex("/data/seg-2.log") + ">";
    private static final String CLIENT = "8<TCPv6:[[::ffff:127.0.0.1]:1883->[::ffff:127.0.0.1]:40000]>";
    private static final String PUBACK = "\\x40\\x02\\x00\\x01";

    private final List<String> trace = new ArrayList<>();

    private static String hex(String text) {
        StringBuilder hex = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) hex.append(String.format("\\x%02x", b));
        return hex.toString();
    }

    private void line(int thread, String call) {
        trace.add(thread + " 10:00:00.000000 " + call);
    }

    private void write() {
        line(1, "pwrite64(" + LOG + ", \"" + hex("head " + MARK + " tail") + "\", 27, 4096) = 27");
    }

    private void force() {
        line(1, "fdatasync(" + LOG + ") = 0");
    }

    private void answer() {
        line(2, "write(" + CLIENT + ", \"" + PUBACK + "\", 4) = 4");
    }

    private ForceOrder checked() {
        List<SystemCall> calls = TraceReader.read(trace);
        ForceOrder order = new ForceOrder(calls, "/data/");
        Map<Long, SystemCall> answers = Answers.pubacks(new TracedStream(calls, file -> file.endsWith(":40000]")));
        order.check(MARK, answers.get(1L));
        return order;
    }

    private void assertViolation(String part) {
        ForceOrder order = checked();
        assertEquals(0, order.proven());
        assertTrue(
                order.violations().get(0).contains(part),
                () -> order.violations().toString());
    }

    @Test
    void writeForceAnswerIsRight() {
        write();
        force();
        answer();
        ForceOrder order = checked();
        assertEquals(List.of(), order.violations());
        assertEquals(1, order.proven());
        assertEquals(1, order.forcesUsed());
    }

    @Test
    void anAnswerWithoutAForceIsFound() {
        write();
        answer();
        force();
        assertViolation("no force");
    }

    @Test
    void aForceThatBeganBeforeTheWriteReturnedDoesNotCount() {
        line(3, "fdatasync(" + LOG + " <unfinished ...>");
        write();
        line(3, "<... fdatasync resumed>) = 0");
        answer();
        assertViolation("no force");
    }

    @Test
    void anAnswerThatIsWrittenWhileTheForceRunsIsFound() {
        write();
        line(1, "fdatasync(" + LOG + " <unfinished ...>");
        answer();
        line(1, "<... fdatasync resumed>) = 0");
        assertViolation("no force");
    }

    @Test
    void anAnswerThatBeganBeforeTheForceEndedIsFound() {
        write();
        line(1, "fdatasync(" + LOG + " <unfinished ...>");
        line(2, "write(" + CLIENT + ", \"" + PUBACK + "\", 4 <unfinished ...>");
        line(1, "<... fdatasync resumed>) = 0");
        line(2, "<... write resumed>) = 4");
        assertViolation("no force");
    }

    @Test
    void aFailedForceDoesNotCount() {
        write();
        line(1, "fdatasync(" + LOG + ") = -1 EIO (Input/output error)");
        answer();
        assertViolation("no force");
    }

    @Test
    void aForceOfAnotherFileDoesNotCount() {
        write();
        line(1, "fdatasync(" + OTHER_LOG + ") = 0");
        answer();
        assertViolation("no force");
    }

    @Test
    void anAnswerForWhatWasNeverWrittenIsFound() {
        force();
        answer();
        assertViolation("in no log write");
    }

    @Test
    void aMessageWrittenInTwoPartsIsWrittenWithTheSecond() {
        String first = hex("head SB-PROOF");
        String second = hex("-M-000001 tail");
        line(1, "pwrite64(" + LOG + ", \"" + first + second + "\", 27, 0) = 13");
        force();
        line(1, "pwrite64(" + LOG + ", \"" + second + "\", 14, 13) = 14");
        answer();
        assertViolation("no force");
    }

    @Test
    void answersAreFoundAcrossGatheringAndPartialWrites() {
        write();
        force();
        line(
                2,
                "writev(" + CLIENT + ", [{iov_base=\"\\x20\\x02\\x00\\x00\", iov_len=4}, {iov_base=\"" + PUBACK
                        + "\", iov_len=4}], 2) = 5");
        line(2, "write(" + CLIENT + ", \"\\x02\\x00\\x01\", 3) = 3");
        assertEquals(1, checked().proven());
    }
}
