package io.tidemark.config;

import java.util.List;

/** The configuration is invalid. The message names every problem, not only the first. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    /** Takes one line for each problem; at least one. */
    ConfigException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /** One line for each problem: key, value, source, and what is expected. */
    public List<String> problems() {
        return problems;
    }
}
