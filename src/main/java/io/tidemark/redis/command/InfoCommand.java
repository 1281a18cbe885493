package io.tidemark.redis.command;

import io.tidemark.redis.protocol.Arguments;
import io.tidemark.redis.protocol.ReplyWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** INFO: sections of {@code key:value} lines, under Redis' names where they apply. */
final class InfoCommand {

    private static final Set<String> EVERYTHING = Set.of("all", "default", "everything");

    private InfoCommand() {}

    static void run(Client client, byte[][] arguments, ReplyWriter out) {
        Set<String> requested = new TreeSet<>();
        for (int i = 1; i < arguments.length; i++) {
            requested.add(Arguments.lowerCase(arguments[i]));
        }
        boolean all = requested.isEmpty() || requested.stream().anyMatch(EVERYTHING::contains);
        List<String> sections = new ArrayList<>();
        client.server().infoSections().forEach((name, section) -> {
            if (all || requested.contains(name)) {
                sections.add(section.get());
            }
        });
        out.bulk(String.join("\r\n", sections));
    }
}
