package io.signalbox.server.config;

import java.util.List;

/** The configuration cannot be used; nothing of it has been applied. The message lists every problem found. */
public final class ConfigurationException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<ConfigurationProblem> problems;

    ConfigurationException(String subject, List<ConfigurationProblem> problems) {
        super(report(subject, problems));
        this.problems = List.copyOf(problems);
    }

    public List<ConfigurationProblem> problems() {
        return problems;
    }

    private static String report(String subject, List<ConfigurationProblem> problems) {
        if (problems.size() == 1) return subject + ": " + problems.get(0);
        StringBuilder text = new StringBuilder(subject + ": " + problems.size() + " problems");
        for (ConfigurationProblem problem : problems) text.append("\n  ").append(problem);
        return text.toString();
    }
}
