package io.signalbox.broker.retained;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TopicScanTest {

    private static final byte[] PREFIX = {'v', 0};

    private final TreeMap<byte[], String> topics = new TreeMap<>(RetainedIndex::compareByLevels);
    private int looks;

    private static byte[] key(String topic) {
        return ("v\0" + topic).getBytes(UTF_8);
    }

    private void add(String... names) {
        for (String name : names) topics.put(key(name), name);
    }

    private List<String> find(String filter) {
        TopicScan scan = new TopicScan(PREFIX, filter);
        List<String> found = new ArrayList<>();
        looks = 0;
        Map.Entry<byte[], String> at = topics.ceilingEntry(scan.start());
        while (at != null) {
            looks++;
            TopicScan.Look look = scan.look(at.getKey());
            if (look instanceof TopicScan.Look.End) break;
            if (look instanceof TopicScan.Look.Match) found.add(at.getValue());
            if (look instanceof TopicScan.Look.Seek seek) {
                assertTrue(
                        RetainedIndex.compareByLevels(seek.key(), at.getKey()) > 0,
                        filter + " goes back at " + at.getValue());
                at = topics.ceilingEntry(seek.key());
            } else {
                at = topics.higherEntry(at.getKey());
            }
        }
        return found;
    }

    /** §4.7.1.2, §4.7.1.3, and MQTT-4.7.3-4: levels may be empty. */
    @Test
    void wildcardsStandForLevels() {
        add("a", "a/b", "a/b/c", "a/", "/a", "/", "b", "a b", "a!", "ab/c");
        assertEquals(List.of("a"), find("a"));
        assertEquals(List.of("a", "a/", "a/b", "a/b/c"), find("a/#"));
        assertEquals(List.of("a/", "a/b"), find("a/+"));
        assertEquals(
                List.of("/a", "ab/c"), List.of(find("+/a").get(0), find("+/c").get(0)));
        assertEquals(List.of("/", "/a"), find("/+"));
        assertEquals(List.of("/", "/a", "a/", "a/b", "ab/c"), find("+/+"));
        assertEquals(
                List.of("a", "a b", "a!", "ab/c"),
                List.of(find("a").get(0), "a b", "a!", find("ab/#").get(0)));
        assertEquals(topics.size(), find("#").size());
        assertEquals(List.of(), find("c/#"));
    }

    /** MQTT-4.7.2-1. */
    @Test
    void aFilterThatBeginsWithAWildcardSeesNoTopicThatBeginsWithADollarSign() {
        add("$SYS/a", "$", "#a", "a", "%");
        assertEquals(List.of("#a", "%", "a"), find("#"));
        assertEquals(List.of("#a", "%", "a"), find("+"));
        assertEquals(List.of(), find("+/a"));
        assertEquals(List.of("$SYS/a"), find("$SYS/#"));
    }

    @Test
    void aWildcardBeforeALevelLooksAtNoneOfTheTopicsBelow() {
        for (int i = 0; i < 100; i++) {
            add("d" + i + "/state");
            for (int j = 0; j < 100; j++) add("d" + i + "/data/" + j, "d" + i + "/zone/" + j);
        }
        assertEquals(100, find("+/state").size());
        assertTrue(looks <= 400, looks + " looks");
        assertEquals(1, find("d7/state").size());
        assertTrue(looks <= 2, looks + " looks");
    }

    @Test
    void itFindsWhatAPlainComparisonFinds() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 2000; round++) {
            topics.clear();
            for (int i = 0; i < 30; i++) add(String.join("/", words(random, "", "a", "b", "ab", "$a", "\u0001", "é")));
            String filter = String.join("/", words(random, "", "a", "b", "ab", "$a", "+", "+", "é"));
            if (random.nextBoolean()) filter = random.nextInt(5) == 0 ? "#" : filter + "/#";
            List<String> expected = new ArrayList<>();
            for (String topic : topics.values()) if (matches(filter, topic)) expected.add(topic);
            assertEquals(expected, find(filter), "seed " + seed + ", filter " + filter);
        }
    }

    private static List<String> words(Random random, String... from) {
        List<String> words = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) words.add(from[random.nextInt(from.length)]);
        return words;
    }

    private static boolean matches(String filter, String topic) {
        if (topic.startsWith("$") && (filter.startsWith("+") || filter.startsWith("#"))) return false;
        String[] wanted = filter.split("/", -1);
        String[] levels = topic.split("/", -1);
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].equals("#")) return true;
            if (i == levels.length) return false;
            if (!wanted[i].equals("+") && !wanted[i].equals(levels[i])) return false;
            if (i + 1 == levels.length && wanted.length == i + 2 && wanted[i + 1].equals("#")) return true;
        }
        return wanted.length == levels.length;
    }
}
