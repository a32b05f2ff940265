package io.signalbox.conformance.house;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which tests name which clauses with {@code @Clause}, read from the sources of all modules. Immutable. */
final class ClauseTags {

    private static final Pattern TAG = Pattern.compile("(?m)^\\s*@Clause\\((\\{[^}]*\\}|\"[^\"]*\")\\)");
    private static final Pattern ID = Pattern.compile("\"([^\"]*)\"");
    private static final Pattern NAME = Pattern.compile("\\bclass (\\w+)|(?<!@)\\b(\\w+)\\([^)]*\\)[^;{]*\\{");

    private final Map<String, List<String>> testsByClause = new TreeMap<>();

    static ClauseTags read() {
        ClauseTags tags = new ClauseTags();
        for (Path module : Checkout.modules()) {
            for (Path file : Checkout.javaFiles(module, "test")) tags.readFile(file);
        }
        return tags;
    }

    private void readFile(Path file) {
        String source = String.join("\n", Checkout.lines(file));
        String type = String.valueOf(file.getFileName()).replace(".java", "");
        Matcher tag = TAG.matcher(source);
        while (tag.find()) {
            Matcher name = NAME.matcher(source);
            String method = name.find(tag.end()) && name.group(2) != null ? "." + name.group(2) : "";
            Matcher id = ID.matcher(tag.group(1));
            while (id.find()) {
                testsByClause
                        .computeIfAbsent(id.group(1), key -> new ArrayList<>())
                        .add(type + method);
            }
        }
    }

    /** The tests that name a clause, as {@code Type.method}. */
    List<String> tests(String clause) {
        return testsByClause.getOrDefault(clause, List.of());
    }

    boolean isTested(String clause) {
        return testsByClause.containsKey(clause);
    }

    Iterable<String> clauses() {
        return testsByClause.keySet();
    }
}
