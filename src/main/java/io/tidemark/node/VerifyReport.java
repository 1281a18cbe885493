package io.tidemark.node;

import io.tidemark.shard.ShardInspection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The report of {@code tidemark verify} as text: a table with a row for each shard, then one line for each note and problem. */
final class VerifyReport {
    private VerifyReport() {}

    /** The lines; the last one is {@code OK} or the number of problems. */
    static List<String> of(List<ShardInspection> shards) {
        List<String> lines = new ArrayList<>();
        lines.add(row(
                "shard",
                "files",
                "records",
                "bytes",
                "durable",
                "logs",
                "bytes",
                "released",
                "first",
                "last",
                "torn",
                "problems"));
        List<String> notes = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (ShardInspection each : shards) {
            lines.add(row(
                    each.shard(),
                    each.store().files(),
                    each.store().records(),
                    each.store().durableBytes(),
                    each.store().durableIndex() < 0 ? "?" : each.store().durableIndex(),
                    each.log().segments(),
                    each.log().bytes(),
                    each.log().releasedIndex(),
                    each.log().firstIndex(),
                    each.log().lastIndex(),
                    each.log().tornBytes(),
                    each.problems().size()));
            note(each, notes);
            each.problems().forEach(problem -> problems.add("shard " + each.shard() + ": " + problem));
        }
        lines.addAll(notes);
        lines.addAll(problems);
        lines.add(problems.isEmpty() ? "OK" : problems.size() + (problems.size() == 1 ? " problem" : " problems"));
        return lines;
    }

    private static void note(ShardInspection each, List<String> notes) {
        String shard = "shard " + each.shard() + ": ";
        if (each.log().tornBytes() > 0) {
            notes.add(shard + "the log ends with a torn tail of " + each.log().tornBytes()
                    + " bytes, never acknowledged; the next start drops it");
        }
        if (each.log().unmarkedEntries() > 0) {
            notes.add(shard + "the last " + each.log().unmarkedEntries()
                    + " entries of the log are not known to be durable; the next start rewrites them");
        }
        if (each.store().nonDurableBytes() > 0) {
            notes.add(
                    shard + each.store().nonDurableBytes()
                            + " bytes of data files are above their durable lengths; the next start rewrites them from the log");
        }
        if (!each.store().unlisted().isEmpty()) {
            notes.add(shard + "not in the manifest, removed by the next start: "
                    + String.join(", ", each.store().unlisted()));
        }
    }

    private static String row(Object... cells) {
        return String.format(Locale.ROOT, "%5s %6s %12s %14s %12s | %4s %14s %12s %12s %12s %8s | %8s", cells);
    }
}
