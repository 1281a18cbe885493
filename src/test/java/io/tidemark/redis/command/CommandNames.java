package io.tidemark.redis.command;

import java.util.List;

/** The names in the command table, for checks of the documents. */
public final class CommandNames {
    private CommandNames() {}

    /** All of them, in lower case. */
    public static List<String> all() {
        return Commands.table().all().stream().map(CommandSpec::name).toList();
    }
}
