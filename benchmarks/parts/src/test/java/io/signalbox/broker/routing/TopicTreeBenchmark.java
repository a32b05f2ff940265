package io.signalbox.broker.routing;

import io.signalbox.benchmarks.parts.PlainBytes;
import io.signalbox.broker.message.Message;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A name's way through a million subscriptions, {@code site/S/device/D} and the like. Names are at random, so most of the nodes
 * on the way are not in the caches.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class TopicTreeBenchmark {

    private static final int NAMES = 1 << 14;

    /** What the subscriptions look like. */
    public enum Filters {
        /** No wildcards. */
        EXACT(1) {
            @Override
            String of(int site, int device) {
                return "site/" + site + "/device/" + device;
            }
        },
        PLUS(1) {
            @Override
            String of(int site, int device) {
                return "site/" + site + "/+/" + device;
            }
        },
        HASH(1) {
            @Override
            String of(int site, int device) {
                return "site/" + site + "/device/" + device + "/#";
            }
        },
        /** A third of each, and two that match every name. */
        MIXED(3) {
            @Override
            String of(int site, int device) {
                Filters[] kinds = {EXACT, PLUS, HASH};
                return kinds[(site + device) % kinds.length].of(site, device);
            }
        };

        /** How many of them a name matches. */
        final int matches;

        Filters(int matches) {
            this.matches = matches;
        }

        abstract String of(int site, int device);
    }

    private record Subscriber(int number) implements Destination {
        @Override
        public void route(Message message, Object origin, int flags, Matches matches) {
            matches.add(this, flags);
        }
    }

    @Param("1000000")
    public int subscriptions;

    @Param
    public Filters filters;

    private final Message[] messages = new Message[NAMES];
    private final Matches matches = new Matches();
    private final Binding newcomer = Binding.of("site/0/device/newcomer", new Subscriber(-1));
    private TopicTree tree;
    private int next;

    @Setup
    public void subscribe() {
        tree = new TopicTree(TopicSyntax.MQTT);
        int perSite = (int) Math.sqrt(subscriptions);
        int sites = subscriptions / perSite;
        for (int i = 0; i < sites * perSite; i++) {
            tree.add(Binding.of(filters.of(i / perSite, i % perSite), new Subscriber(i)));
        }
        if (filters == Filters.MIXED) {
            tree.add(Binding.of("#", new Subscriber(-2)));
            tree.add(Binding.of("site/+/device/+", new Subscriber(-3)));
        }
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < NAMES; i++) {
            String name = Filters.EXACT.of(random.nextInt(sites), random.nextInt(perSite));
            messages[i] = PlainBytes.message(name, 64);
        }
    }

    @Benchmark
    public int match() {
        matches.reset();
        next = (next + 1) % NAMES;
        tree.route(messages[next], this, matches);
        if (matches.size() != filters.matches) {
            throw new IllegalStateException(messages[next].envelope().address() + " matches " + matches.size());
        }
        return matches.size();
    }

    @Benchmark
    public boolean subscribeAndUnsubscribe() {
        tree.add(newcomer);
        if (!tree.remove(newcomer.key(), newcomer.destination())) throw new IllegalStateException("it was not there");
        return true;
    }
}
