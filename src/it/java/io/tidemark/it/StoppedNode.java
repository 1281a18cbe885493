package io.tidemark.it;

import io.tidemark.disk.Disk;
import io.tidemark.shard.ShardInspection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What {@code tidemark verify} reads from a node's directories: in this process, or as a program. */
record StoppedNode(List<ShardInspection> shards) {
    private static final Pattern IDENTITY = Pattern.compile("id (\\S+)\nshards (\\d+)\n");

    /** Inspects every shard; none if there is no data directory yet. */
    static StoppedNode inspect(Path data, @Nullable Path log) throws IOException {
        Path file = data.resolve("TIDEMARK");
        List<ShardInspection> shards = new ArrayList<>();
        if (Files.exists(file)) {
            Matcher identity = IDENTITY.matcher(Files.readString(file, StandardCharsets.US_ASCII));
            if (!identity.find()) {
                throw new IOException(file + " is no identity");
            }
            UUID id = UUID.fromString(identity.group(1));
            for (int shard = 0; shard < Integer.parseInt(identity.group(2)); shard++) {
                Path home = data.resolve(String.format(Locale.ROOT, "shard-%04d", shard));
                shards.add(ShardInspection.of(
                        Disk.real(),
                        id,
                        shard,
                        home.resolve("data"),
                        log == null ? home.resolve("log") : log.resolve(home.getFileName())));
            }
        }
        return new StoppedNode(shards);
    }

    /** What is damaged. */
    List<String> problems() {
        return shards.stream().flatMap(shard -> shard.problems().stream()).toList();
    }

    /** Up to where a shard's manifest says that its data files are durable. */
    long durableIndex(int shard) {
        return shard < shards.size() ? shards.get(shard).store().durableIndex() : 0;
    }

    /** How many entries a shard's log has behind that. */
    long toReplay(int shard) {
        return shard < shards.size() ? Math.max(0, shards.get(shard).log().lastIndex() - durableIndex(shard)) : 0;
    }

    /** Runs {@code tidemark verify}; what it said if it found anything wrong, else nothing. */
    static String verify(Path data, @Nullable Path log) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("verify", data.toString()));
        if (log != null) {
            arguments.addAll(List.of("--log-dir", log.toString()));
        }
        try (NodeProcess verify =
                NodeProcess.withArguments(arguments.toArray(String[]::new)).launch()) {
            int exitCode = verify.awaitExit(Duration.ofSeconds(TimeUnit.MINUTES.toSeconds(1)));
            return exitCode == 0 ? "" : "exit code " + exitCode + "\n" + verify.stdout() + verify.stderr();
        }
    }
}
