package io.signalbox.broker.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.TestMessages;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.TargetFlags;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicTreeTest {

    private record Named(String name) implements Destination {
        @Override
        public void route(Message message, Object origin, int flags, Matches matches) {
            matches.add(this, flags);
        }
    }

    // MQTT 5.0 §4.7.1 and §4.7.2, the examples of the text
    @ParameterizedTest
    @CsvSource({
        "sport/tennis/player1/#, sport/tennis/player1, true",
        "sport/tennis/player1/#, sport/tennis/player1/ranking, true",
        "sport/tennis/player1/#, sport/tennis/player1/score/wimbledon, true",
        "sport/#, sport, true",
        "#, a/b/c, true",
        "sport/tennis/+, sport/tennis/player1, true",
        "sport/tennis/+, sport/tennis/player1/ranking, false",
        "sport/+, sport, false",
        "sport/+, sport/, true",
        "+/+, /finance, true",
        "/+, /finance, true",
        "+, /finance, false",
        "#, $SYS/monitor/Clients, false",
        "+/monitor/Clients, $SYS/monitor/Clients, false",
        "$SYS/#, $SYS/monitor/Clients, true",
        "$SYS/monitor/+, $SYS/monitor/Clients, true",
        "ACCOUNTS, Accounts, false",
        "a//b, a/b, false",
        "a/+/b, a//b, true",
        "/, /, true",
    })
    void mqttFiltersMatchAsTheSpecificationSays(String filter, String name, boolean matches) {
        assertEquals(matches, match(TopicSyntax.MQTT, filter, name));
    }

    @ParameterizedTest
    @CsvSource({
        "a.*, a.b, true",
        "a.*, a, false",
        "a.#, a, true",
        "#.c, c, true",
        "#.c, a.b.c, true",
        "a.#.c, a.c, true",
        "a.#.c, a.b.b.c, true",
        "a.#.c, a.b, false",
        "#.b.#, a.b.c, true",
        "*.#, a, true",
        "#, a.b, true",
        "a.+, a.+, true",
        "a.+, a.b, false",
        "a.*, a.*, true",
    })
    void amqpFiltersMatchWordByWord(String filter, String name, boolean matches) {
        assertEquals(matches, match(TopicSyntax.AMQP, filter, name));
    }

    @ParameterizedTest
    @CsvSource({"a/#/b", "a#", "a/b+", "+a/b", "#/a"})
    void aWildcardOutOfPlaceIsRefused(String filter) { // MQTT-4.7.1-1, MQTT-4.7.1-2
        TopicTree tree = new TopicTree(TopicSyntax.MQTT);
        Binding binding = Binding.of(filter, new Named("x"));
        assertThrows(IllegalArgumentException.class, () -> tree.add(binding));
    }

    @Test
    void aFilterOfTooManyLevelsIsRefused() {
        TopicTree tree = new TopicTree(TopicSyntax.MQTT);
        Binding binding = Binding.of("/".repeat(TopicSyntax.MAX_LEVELS), new Named("x"));
        assertThrows(IllegalArgumentException.class, () -> tree.add(binding));
    }

    @Test
    void manyFiltersAndNamesMatchLikeTheirRegularExpressions() {
        for (TopicSyntax syntax : TopicSyntax.values()) {
            for (long seed = 1; seed <= 40; seed++) compareWithRegularExpressions(syntax, seed);
        }
    }

    private static void compareWithRegularExpressions(TopicSyntax syntax, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        TopicTree tree = new TopicTree(syntax);
        Map<String, Pattern> present = new HashMap<>();
        Map<String, Named> destinations = new HashMap<>();
        Matches matches = new Matches(); // with what it remembers from step to step
        for (int step = 0; step < 300; step++) {
            String filter = randomFilter(syntax, random);
            Named destination = destinations.computeIfAbsent(filter, Named::new);
            if (random.nextInt(3) > 0) {
                tree.add(Binding.of(filter, destination));
                present.put(filter, pattern(syntax, filter));
            } else {
                assertEquals(present.remove(filter) != null, tree.remove(filter, destination), "seed " + seed);
            }
            String name = randomName(syntax, random);
            TreeSet<String> expected = new TreeSet<>();
            present.forEach((f, p) -> {
                boolean hidden = syntax == TopicSyntax.MQTT && name.startsWith("$") && !f.startsWith("$");
                if (!hidden && p.matcher(syntax.separator + name).matches()) expected.add(f);
            });
            assertEquals(expected, found(tree, name, matches), "seed " + seed + " name " + name);
        }
    }

    private static Pattern pattern(TopicSyntax syntax, String filter) {
        String separator = Pattern.quote(String.valueOf(syntax.separator));
        StringBuilder regex = new StringBuilder();
        // every level is written with a separator before it, and the name gets one too
        for (String level : filter.split(separator, -1)) {
            if (level.equals("#")) {
                regex.append("(")
                        .append(separator)
                        .append("[^")
                        .append(syntax.separator)
                        .append("]*)*");
            } else if (level.equals(syntax.single)) {
                regex.append(separator).append("[^").append(syntax.separator).append("]*");
            } else {
                regex.append(separator).append(Pattern.quote(level));
            }
        }
        return Pattern.compile(regex.toString());
    }

    private static String randomFilter(TopicSyntax syntax, SplittableRandom random) {
        List<String> levels = new ArrayList<>();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            int kind = random.nextInt(6);
            boolean multiAllowed = syntax == TopicSyntax.AMQP || i == count - 1;
            if (kind == 0 && multiAllowed) levels.add("#");
            else if (kind == 1) levels.add(syntax.single);
            else levels.add(randomWord(random));
        }
        return String.join(String.valueOf(syntax.separator), levels);
    }

    private static String randomName(TopicSyntax syntax, SplittableRandom random) {
        List<String> levels = new ArrayList<>();
        int count = 1 + random.nextInt(5);
        for (int i = 0; i < count; i++) levels.add(randomWord(random));
        return String.join(String.valueOf(syntax.separator), levels);
    }

    private static String randomWord(SplittableRandom random) {
        return Arrays.asList("a", "b", "c", "", "$x").get(random.nextInt(5));
    }

    @Test
    void manyMultiLevelWildcardsInOneFilterCostBoundedTime() {
        TopicTree tree = new TopicTree(TopicSyntax.AMQP);
        String filter = "#.a.".repeat(90) + "b";
        tree.add(Binding.of(filter, new Named("x")));
        String name = "a.".repeat(150) + "a";
        assertTrue(cpuMillisToFindNothing(tree, name) < 2000);
    }

    /** CPU rather than wall-clock time: how busy the machine is must not decide. */
    private static long cpuMillisToFindNothing(TopicTree tree, String name) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long begun = threads.getCurrentThreadCpuTime();
        assertTrue(found(tree, name).isEmpty());
        return TimeUnit.NANOSECONDS.toMillis(threads.getCurrentThreadCpuTime() - begun);
    }

    @Test
    void aNameDeeperThanAnyFilterStillReachesTheMultiLevelWildcards() { // MQTT-4.7.1-1: # is any number of levels
        TopicTree tree = new TopicTree(TopicSyntax.MQTT);
        for (String filter : List.of("#", "a/#", "a/+/#", "b/#", "a/b"))
            tree.add(Binding.of(filter, new Named(filter)));
        String name = "a" + "/x".repeat(TopicSyntax.MAX_LEVELS + 50);
        assertEquals(new TreeSet<>(List.of("#", "a/#", "a/+/#")), found(tree, name));
        assertEquals(new TreeSet<String>(), found(tree, "$" + name));
    }

    @Test
    void manyFiltersFullOfWildcardsCostTimeThatGrowsWithTheirNumberAndNotItsSquare() {
        TopicTree tree = new TopicTree(TopicSyntax.AMQP);
        Named destination = new Named("x");
        for (int i = 0; i < 1 << 14; i++) {
            StringBuilder filter = new StringBuilder("#");
            for (int bit = 0; bit < 14; bit++) {
                if ((i >> bit & 1) == 1) filter.append(".w").append(bit).append(".#");
            }
            tree.add(Binding.of(filter.append(".end").toString(), destination));
        }
        StringBuilder name = new StringBuilder("w0");
        for (int level = 1; level < 100; level++) name.append(".w").append(Math.min(level, 13));
        assertTrue(cpuMillisToFindNothing(tree, name.toString()) < 3000);
    }

    @Test
    void aDestinationWithSeveralMatchingFiltersIsFoundOnceWithTheHighestQos() { // MQTT-3.3.4-2
        TopicTree tree = new TopicTree(TopicSyntax.MQTT);
        Named session = new Named("s");
        tree.add(new Binding("a/+", session, TargetFlags.ofQos(1), null, Map.of()));
        tree.add(new Binding("a/b", session, TargetFlags.ofQos(2), null, Map.of()));
        tree.add(new Binding("#", session, TargetFlags.ofQos(0), null, Map.of()));
        Matches matches = new Matches();
        tree.route(TestMessages.durable("a/b", ""), new Object(), matches);
        assertEquals(1, matches.size());
        assertEquals(2, TargetFlags.qos(matches.flags(0)));
    }

    @Test
    void noLocalKeepsAPublishersOwnMessagesAway() { // MQTT-3.8.3-3
        TopicTree tree = new TopicTree(TopicSyntax.MQTT);
        Object publisher = new Object();
        tree.add(new Binding("a", new Named("x"), 0, publisher, Map.of()));
        Matches matches = new Matches();
        tree.route(TestMessages.durable("a", ""), publisher, matches);
        assertTrue(matches.isEmpty());
        tree.route(TestMessages.durable("a", ""), new Object(), matches);
        assertFalse(matches.isEmpty());
    }

    @Test
    void aThousandSubscribersOfOneFilterAreAllFoundAndAllRemoved() {
        TopicTree tree = new TopicTree(TopicSyntax.MQTT);
        List<Named> all = new ArrayList<>();
        for (int i = 0; i < 1000; i++) all.add(new Named("n" + i));
        for (Named named : all) tree.add(Binding.of("a/b", named));
        assertEquals(1000, found(tree, "a/b").size());
        for (Named named : all) assertTrue(tree.remove("a/b", named));
        assertTrue(found(tree, "a/b").isEmpty());
    }

    @Test
    void whatIsRememberedOfANameBelongsToOneTree() {
        TopicTree one = new TopicTree(TopicSyntax.MQTT);
        TopicTree other = new TopicTree(TopicSyntax.MQTT);
        one.add(Binding.of("a/b", new Named("one")));
        other.add(Binding.of("a/b", new Named("other")));
        Matches matches = new Matches();
        for (int i = 0; i < 4; i++) {
            assertEquals(new TreeSet<>(List.of("one")), found(one, "a/b", matches));
            assertEquals(new TreeSet<>(List.of("other")), found(other, "a/b", matches));
        }
    }

    @Test
    void moreNamesThanAreRememberedAreFoundAll() {
        TopicTree tree = new TopicTree(TopicSyntax.MQTT);
        tree.add(Binding.of("+/x", new Named("all")));
        for (int i = 0; i < 10_000; i++) tree.add(Binding.of(i + "/x", new Named("n" + i)));
        Matches matches = new Matches();
        for (int round = 0; round < 4; round++) {
            for (int i = 0; i < 10_000; i++) {
                assertEquals(new TreeSet<>(List.of("all", "n" + i)), found(tree, i + "/x", matches));
            }
        }
    }

    @Test
    @Timeout(60)
    void aNewFilterIsFoundByAllThatBeginsAfterItAlsoWhileOthersWalk() throws Exception {
        TopicTree tree = new TopicTree(TopicSyntax.MQTT);
        AtomicInteger added = new AtomicInteger();
        AtomicInteger noticed = new AtomicInteger();
        AtomicBoolean missed = new AtomicBoolean();
        int rounds = 20_000;
        Thread publisher = new Thread(() -> {
            Matches matches = new Matches();
            while (noticed.get() < rounds && !missed.get()) {
                int round = added.get();
                boolean bound = !found(tree, "a/b", matches).isEmpty();
                if (round > noticed.get() && !bound) missed.set(true);
                if (round > noticed.get()) noticed.set(round);
            }
        });
        publisher.start();
        for (int round = 1; round <= rounds && !missed.get(); round++) {
            Named newcomer = new Named("n" + round);
            tree.add(Binding.of("a/b", newcomer));
            added.set(round);
            while (noticed.get() < round && !missed.get()) Thread.onSpinWait();
            tree.remove("a/b", newcomer);
        }
        publisher.join();
        assertFalse(missed.get());
    }

    /** MQTT-3.8.4-3: a subscription with the identical filter takes the place of the earlier one. */
    @Test
    void aBindingTakesThePlaceOfOneWithItsFilterAndDestination() {
        for (boolean alone : new boolean[] {true, false}) {
            TopicTree tree = new TopicTree(TopicSyntax.MQTT);
            Named session = new Named("s");
            if (!alone) tree.add(Binding.of("a/b", new Named("other")));
            Matches matches = new Matches();
            for (int qos : new int[] {2, 1}) {
                tree.add(new Binding("a/b", session, TargetFlags.ofQos(qos), null, Map.of()));
                for (int times = 0; times < 3; times++) { // what is remembered goes with the earlier one
                    assertEquals(alone ? 1 : 2, found(tree, "a/b", matches).size());
                    assertEquals(qos, TargetFlags.qos(matches.flags(matches.size() - 1)));
                }
            }
            assertFalse(tree.remove("a/b", new Named("nobody")));
            assertTrue(tree.remove("a/b", session));
            assertFalse(tree.remove("a/b", session));
            assertEquals(!alone, !found(tree, "a/b").isEmpty());
        }
    }

    /** What ends at a place, beside it and below comes and goes at once; each thread finds its own in between. */
    @Test
    void threadsThatChangeThePlaceOfOneBindingLoseNothing() throws Exception {
        TopicTree tree = new TopicTree(TopicSyntax.MQTT);
        List<String> filters = List.of("a/b", "a/b", "a/b/c", "a/b/#");
        List<Callable<Void>> changes = new ArrayList<>();
        for (int i = 0; i < filters.size(); i++) {
            String filter = filters.get(i);
            Named own = new Named("n" + i);
            changes.add(() -> {
                String name = filter.equals("a/b") ? "a/b" : "a/b/c";
                Matches matches = new Matches();
                for (int turn = 0; turn < 20_000; turn++) {
                    tree.add(Binding.of(filter, own));
                    assertTrue(found(tree, name, matches).contains(own.name()));
                    assertTrue(tree.remove(filter, own));
                    assertFalse(found(tree, name, matches).contains(own.name()));
                }
                return null;
            });
        }
        ExecutorService threads = Executors.newFixedThreadPool(changes.size());
        try {
            for (Future<Void> changed : threads.invokeAll(changes)) changed.get();
        } finally {
            threads.shutdownNow();
        }
        assertEquals(new TreeSet<String>(), found(tree, "a/b"));
        assertEquals(new TreeSet<String>(), found(tree, "a/b/c"));
    }

    /** While the first to come is still at work on the map that its node came into, the second must not go unseen. */
    @Test
    @Timeout(60)
    void whoComesSecondToANewFilterIsFoundAtOnce() throws Exception {
        int fewerThanFillTheMap = (1 << 16) * 3 / 4 - 1;
        for (int round = 0; round < 12; round++) {
            TopicTree tree = new TopicTree(TopicSyntax.MQTT);
            for (int i = 0; i < fewerThanFillTheMap; i++) tree.add(Binding.of("s" + i, new Named("s")));
            Matches remembering = new Matches();
            for (int i = 0; i < 3; i++) assertTrue(found(tree, "a", remembering).isEmpty());
            Thread first = new Thread(() -> tree.add(Binding.of("a", new Named("first"))));
            first.start();
            while (found(tree, "a", new Matches()).isEmpty()) Thread.onSpinWait();
            tree.add(Binding.of("a", new Named("second")));
            TreeSet<String> found = found(tree, "a", remembering);
            first.join();
            assertEquals(new TreeSet<>(List.of("first", "second")), found, "round " + round);
        }
    }

    private static boolean match(TopicSyntax syntax, String filter, String name) {
        TopicTree tree = new TopicTree(syntax);
        tree.add(Binding.of(filter, new Named(filter)));
        return !found(tree, name).isEmpty();
    }

    private static TreeSet<String> found(TopicTree tree, String name) {
        return found(tree, name, new Matches());
    }

    private static TreeSet<String> found(TopicTree tree, String name, Matches matches) {
        matches.reset();
        tree.route(TestMessages.durable(name, ""), new Object(), matches);
        TreeSet<String> names = new TreeSet<>();
        for (int i = 0; i < matches.size(); i++) names.add(((Named) matches.destination(i)).name());
        return names;
    }
}
