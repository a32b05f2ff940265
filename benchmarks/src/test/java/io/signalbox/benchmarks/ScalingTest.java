package io.signalbox.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command for a moment, against this checkout's broker in this JVM. */
class ScalingTest {

    @TempDir
    private Path directory;

    private EmbeddedBroker broker;

    @BeforeEach
    void start() throws Exception {
        broker = new EmbeddedBroker(directory.resolve("data"));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private String scale(String... arguments) {
        StringWriter said = new StringWriter();
        Target target = broker.target();
        String url = "name=peer;mqtt=mqtt://127.0.0.1:" + broker.mqttPort() + ";amqp=amqp://127.0.0.1:"
                + target.amqp().orElseThrow().port();
        String[] all = Stream.concat(
                        Stream.of(
                                "scale",
                                "--target",
                                url,
                                "--charts",
                                directory.resolve("charts").toString()),
                        Stream.concat(
                                Stream.of("--seconds", "0.1", "--warm-up", "0.03", "--repetitions", "1"),
                                Stream.of(arguments)))
                .toArray(String[]::new);
        int exitCode = new CommandLine(new RunCommand())
                .setOut(new PrintWriter(said))
                .setErr(new PrintWriter(said))
                .execute(all);
        assertEquals(0, exitCode, said::toString);
        return said.toString();
    }

    private long points(String chart) throws Exception {
        String svg = Files.readString(directory.resolve("charts").resolve(chart));
        return svg.lines().filter(line -> line.startsWith("<circle")).count();
    }

    @Test
    void everyCellOfAGridHasALineAndAPointAndNothingIsMissing() throws Exception {
        String said = scale("grid", "--connections", "1,4", "--places", "1,4,40");
        for (String workload : List.of("mqtt-qos0", "mqtt-qos1", "amqp-durable")) {
            String places = workload.startsWith("mqtt") ? "topics" : "queues";
            for (int connections : new int[] {1, 4}) {
                for (int count : new int[] {1, 4, 40}) {
                    String what = "| connections " + connections + ", " + places + " " + count + " | peer | ";
                    assertTrue(said.contains(what), said);
                }
            }
            assertEquals(6, points(workload + "-connections.svg"));
        }
    }

    @Test
    void latencyHasTwoPointsForEachShareOfTheLoad() throws Exception {
        String said = scale("load", "--workload", "amqp-durable");
        assertTrue(said.contains(" | 90 % | "), said);
        assertEquals(10, points("amqp-durable-load.svg"));
    }

    @Test
    void backlogsOfSeveralSizesCome() throws Exception {
        String said = scale("backlog", "--backlog", "2000");
        for (String messages : List.of("200", "500", "1,000", "2,000")) {
            assertTrue(said.contains("| peer | amqp-backlog-fill | " + messages + " | "), said);
            assertTrue(said.contains("| peer | mqtt-session-backlog-drain | " + messages + " | "), said);
        }
    }

    @Test
    void aPartThatIsNoneIsSaid() {
        StringWriter said = new StringWriter();
        int exitCode = new CommandLine(new RunCommand())
                .setErr(new PrintWriter(said))
                .execute("scale", "--target", "mqtt=mqtt://127.0.0.1:1", "depth");
        assertEquals(2, exitCode);
        assertTrue(said.toString().contains("depth"), said.toString());
    }
}
