package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilterMatchTest {

    /** The examples of §4.7. */
    @ParameterizedTest
    @CsvSource({
        "sport/tennis/player1/#, sport/tennis/player1, true",
        "sport/tennis/player1/#, sport/tennis/player1/ranking, true",
        "sport/#, sport, true",
        "#, sport, true",
        "sport/tennis/+, sport/tennis/player1/ranking, false",
        "sport/+, sport, false",
        "sport/+, sport/, true",
        "+/+, /finance, true",
        "/+, /finance, true",
        "+, /finance, false",
        "#, $SYS/a, false",
        "+/monitor/Clients, $SYS/monitor/Clients, false",
        "$SYS/#, $SYS/a, true",
        "$SYS/monitor/+, $SYS/monitor/Clients, true",
        "ACCOUNTS, Accounts, false",
        "a, a/, false",
        "a/, a, false"
    })
    void matchesAsTheSpecificationSays(String filter, String topic, boolean matches) {
        assertEquals(matches, FilterMatch.matches(filter, topic));
    }

    /** The same question, answered level by level. */
    private static boolean reference(String filter, String topic) {
        if (topic.startsWith("$") && !filter.startsWith("$")) return false;
        List<String> f = Arrays.asList(filter.split("/", -1));
        List<String> t = Arrays.asList(topic.split("/", -1));
        for (int i = 0; i < f.size(); i++) {
            if (f.get(i).equals("#")) return true;
            if (i == t.size() || !(f.get(i).equals("+") || f.get(i).equals(t.get(i)))) return false;
            if (i == t.size() - 1 && f.size() == t.size() + 1 && f.get(i + 1).equals("#")) return true;
        }
        return f.size() == t.size();
    }

    @Test
    void agreesWithTheReferenceOnRandomNames() {
        long seed = 20261125;
        Random random = new Random(seed);
        String[] levels = {"", "a", "b", "$x"};
        String[] filterLevels = {"", "a", "b", "$x", "+", "+"};
        for (int i = 0; i < 200_000; i++) {
            String topic = join(random, levels);
            String filter = join(random, filterLevels) + (random.nextInt(3) == 0 ? "/#" : "");
            if (topic.isEmpty() || filter.isEmpty()) continue;
            assertEquals(
                    reference(filter, topic),
                    FilterMatch.matches(filter, topic),
                    () -> "seed " + seed + ": " + filter + " and " + topic);
        }
    }

    private static String join(Random random, String[] levels) {
        StringBuilder joined = new StringBuilder(levels[random.nextInt(levels.length)]);
        for (int more = random.nextInt(4); more > 0; more--) {
            joined.append('/').append(levels[random.nextInt(levels.length)]);
        }
        return joined.toString();
    }
}
