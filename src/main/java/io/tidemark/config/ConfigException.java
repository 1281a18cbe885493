package io.tidemark.config;

import java.util.List;

/** The configuration can't be used. It names everything that is wrong, not only the first thing. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    /** Takes one line for each problem; at least one. */
    ConfigException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /** One line for each problem: key, value, source, and what would be right. */
    public List<String> problems() {
        return problems;
    }
}
