package io.signalbox.conformance.hostile;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What others feel, measured in a process of its own: probes on connections of their own, which came one after the other and so
 * are on different loops. A line begins a span or ends it; at its end the worst of the probes is told.
 */
final class Bystanders implements AutoCloseable {

    private static final int PROBES = 2;

    private final LineProcess process;

    /**
     * What the worst of the probes has seen in a span, in milliseconds.
     *
     * @param messages of all probes
     */
    record Latencies(int messages, double p50, double p99, double longest) {
        static Latencies parse(String line) {
            String[] words = line.split(" ");
            return new Latencies(
                    Integer.parseInt(words[0]),
                    Double.parseDouble(words[1]),
                    Double.parseDouble(words[2]),
                    Double.parseDouble(words[3]));
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "p50 %6.2f   p99 %6.2f   longest %7.2f ms", p50, p99, longest);
        }
    }

    Bystanders(InetSocketAddress mqtt) {
        process = LineProcess.start(LineProcess.Rank.PROBE, Bystanders.class, Integer.toString(mqtt.getPort()));
    }

    void begin() {
        process.ask("begin");
    }

    Latencies end() {
        String answer = process.ask("end");
        if (answer.startsWith("!")) throw new AssertionError("a probe was cut off: " + answer);
        return Latencies.parse(answer);
    }

    public static void main(String[] arguments) throws Exception {
        InetSocketAddress mqtt = new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0]));
        List<Probe> probes = new ArrayList<>();
        for (int i = 0; i < PROBES; i++) probes.add(new Probe(mqtt, "probe-" + i));
        LineProcess.serve(line -> answer(probes, line.equals("begin")));
    }

    private static String answer(List<Probe> probes, boolean begins) throws IOException {
        int messages = 0;
        double[] worst = new double[3];
        for (Probe probe : probes) {
            if (!probe.failure().isEmpty()) return "!" + probe.failure();
            long[] nanos = probe.turn();
            messages += nanos.length;
            worst[0] = Math.max(worst[0], millis(nanos, 0.5));
            worst[1] = Math.max(worst[1], millis(nanos, 0.99));
            worst[2] = Math.max(worst[2], millis(nanos, 1));
        }
        return begins ? "begun" : messages + " " + worst[0] + " " + worst[1] + " " + worst[2];
    }

    private static double millis(long[] sorted, double quantile) {
        if (sorted.length == 0) return Double.NaN;
        int at = (int) Math.min(sorted.length - 1, Math.ceil(quantile * sorted.length));
        return sorted[at] / 1e6;
    }

    @Override
    public void close() {
        process.close();
    }
}
