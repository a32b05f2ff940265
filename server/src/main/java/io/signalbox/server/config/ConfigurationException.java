package io.signalbox.server.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The configuration cannot be used; nothing of it has been applied. The message lists every problem found, by source. */
public final class ConfigurationException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<ConfigurationProblem> problems;

    /** @param bySource in the order in which they are told; each list in the order of the source */
    ConfigurationException(Map<String, List<ConfigurationProblem>> bySource) {
        super(report(bySource));
        this.problems = bySource.values().stream().flatMap(List::stream).toList();
    }

    /** What is wrong with files that belong to a configuration; each list in the order of its file. */
    public static ConfigurationException of(Map<String, List<ConfigurationProblem>> bySource) {
        return new ConfigurationException(bySource);
    }

    public List<ConfigurationProblem> problems() {
        return problems;
    }

    private static String report(Map<String, List<ConfigurationProblem>> bySource) {
        List<String> sections = new ArrayList<>();
        bySource.forEach((source, problems) -> {
            if (!problems.isEmpty()) sections.add(section(source, problems));
        });
        return String.join("\n", sections);
    }

    private static String section(String source, List<ConfigurationProblem> problems) {
        if (problems.size() == 1 && problems.get(0).place().isEmpty()) return source + ": " + problems.get(0);
        StringBuilder text =
                new StringBuilder(source + ": " + problems.size() + " problem" + (problems.size() == 1 ? "" : "s"));
        for (ConfigurationProblem problem : problems) {
            text.append("\n  ").append(problem.toString().replace("\n", "\n  "));
        }
        return text.toString();
    }
}
