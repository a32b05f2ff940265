package io.signalbox.conformance.hostile;

import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A real broker, who attacks it, and who is served meanwhile, each in a process of its own. Used by one thread. */
final class Siege implements AutoCloseable {

    /** Parts of the names of the attacks to do, with commas between; all of them if nothing is said. */
    private static final String ONLY = System.getProperty("signalbox.attack", "");

    /** How the names of the broker's event loops begin. */
    private static final String LOOP = "signalbox-loop";

    private static final Duration WARM_UP = Duration.ofSeconds(2);

    private final BrokerProcess broker;
    private final Bystanders bystanders;
    private final Attacker attacker;
    private final LongTurns turns;

    /**
     * One attack for a while.
     *
     * @param report of the attacker
     * @param latencies of the others meanwhile
     * @param longTurns what there is to say against the broker's loops
     */
    record Round(Attacker.Report report, Bystanders.Latencies latencies, List<String> longTurns) {}

    /**
     * The broker's loops and those who measure come first where the system allows it, so that no other work of the machine is
     * in what is measured.
     *
     * @param attackers who they come before
     */
    Siege(LineProcess.Rank attackers) throws IOException, InterruptedException {
        String[] options =
                System.getProperty("signalbox.jvmOptions", "-Xmx256m").split(" ");
        broker = BrokerProcess.start(BrokerOptions.fresh().withJvmOptions(options));
        putLoopsFirst(broker.pid());
        attacker = new Attacker(attackers);
        bystanders = new Bystanders(broker.mqtt());
        alone(WARM_UP);
        turns = new LongTurns(broker.http());
    }

    /**
     * The loops wait for no other work of the machine, nor for the compiler of their own process, for which there is a core
     * where there are more of them. Where the system does not allow it, they wait.
     */
    private static void putLoopsFirst(long pid) throws InterruptedException {
        Path threads = Path.of("/proc", Long.toString(pid), "task");
        if (!Files.isDirectory(threads)) return;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(threads)) {
            for (Path thread : all) {
                if (!Files.readString(thread.resolve("comm")).startsWith(LOOP)) continue;
                new ProcessBuilder(
                                "chrt",
                                "--rr",
                                "--pid",
                                "1",
                                thread.getFileName().toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor();
            }
        } catch (IOException e) {
            System.out.println("the loops have the rank of everybody else: " + e.getMessage());
        }
    }

    static List<Attack> attacks() {
        return Attacker.attacks().stream()
                .filter(attack -> Stream.of(ONLY.split(",")).anyMatch(attack.name()::contains))
                .toList();
    }

    /** How long each attack goes on, unless the one who runs it says otherwise. */
    static Duration span(int millis) {
        return Duration.ofMillis(Integer.getInteger("signalbox.attackMillis", millis));
    }

    /** What the others feel when nothing is done. */
    Bystanders.Latencies alone(Duration span) {
        bystanders.begin();
        LockSupport.parkNanos(span.toNanos());
        return bystanders.end();
    }

    Round attack(Attack attack, Duration span) throws IOException, InterruptedException {
        InetSocketAddress address = attack.name().startsWith("MQTT") ? broker.mqtt() : broker.amqp();
        Round round = strike(attack, Attacker.Victim.BROKER, address, span);
        return new Round(round.report(), round.latencies(), turns.since(attack.name()));
    }

    /** The attack is made on another server: what is left is the machine's doing. */
    Round attack(Attack attack, Indifference other, Duration span) {
        return strike(attack, Attacker.Victim.ANYBODY, other.address(), span);
    }

    private Round strike(Attack attack, Attacker.Victim victim, InetSocketAddress address, Duration span) {
        bystanders.begin();
        Attacker.Report report = attacker.strike(attack, victim, address, span);
        return new Round(report, bystanders.end(), List.of());
    }

    /** What the broker says of itself after all attacks: its turns, and its mistakes if it made any. */
    List<String> end() {
        System.out.println(turns.summary());
        if (!broker.isAlive()) return List.of("the broker has ended");
        broker.stop();
        return broker.output().lines().stream()
                .filter(line -> line.contains("ERROR") || line.contains("_broken") || line.contains("Exception"))
                .toList();
    }

    @Override
    public void close() {
        bystanders.close();
        attacker.close();
        broker.close();
        BrokerProcess.deleteData(broker.dataDirectory());
    }
}
