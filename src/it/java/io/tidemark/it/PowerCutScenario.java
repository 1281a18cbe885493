package io.tidemark.it;

import io.tidemark.it.disk.Shim;
import io.tidemark.it.disk.Shim.Call;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * One life of a node whose power is cut: settings that reach corner cases, drawn for each life.
 *
 * <p>A loop device in memory forces in no time, so that nearly every moment would be between two groups of the log. So in
 * most lives calls of some kinds are held up for some milliseconds before they are made, as on a real disk.
 */
final class PowerCutScenario {
    private final SplittableRandom random;
    private final Map<String, String> fixed = new TreeMap<>();

    /** @param random of this life alone */
    PowerCutScenario(SplittableRandom random) {
        this.random = random;
        fixed.put("log.segment_bytes", Long.toString(power(8 << 10, 5)));
        fixed.put("bitcask.max_file_bytes", Long.toString(power(4 << 10, 8)));
        fixed.put("reload.poll_ms", "50");
    }

    /** Of the life's other decisions. */
    SplittableRandom random() {
        return random;
    }

    /** Gives a node its settings; those under {@code checkpoint} are in a file, so that they can be {@linkplain #reload reloaded}. */
    NodeProcess.Builder configure(NodeProcess.Builder node, Path file) throws IOException {
        reload(file);
        fixed.forEach(node::set);
        return node.argument("--config").argument(file.toString());
    }

    /** Puts other settings into the file, in one piece. */
    void reload(Path file) throws IOException {
        Map<String, Long> checkpoint = new TreeMap<>();
        boolean often = random.nextInt(3) > 0;
        checkpoint.put("interval_ms", 10L + random.nextInt(often ? 50 : 1_000));
        checkpoint.put("idle_ms", (long) random.nextInt(20));
        checkpoint.put("max_delay_ms", 10L + random.nextInt(often ? 150 : 5_000));
        checkpoint.put("max_dirty_bytes", power(4 << 10, often ? 10 : 16));
        checkpoint.put("max_concurrent_fsyncs", 1L + random.nextInt(4));
        checkpoint.put("pacing_bytes", random.nextInt(3) == 0 ? 0L : 65_536L);
        StringBuilder text = new StringBuilder("checkpoint:\n");
        checkpoint.forEach((key, value) ->
                text.append("  ").append(key).append(": ").append(value).append('\n'));
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.write(fresh, text.toString().getBytes(StandardCharsets.UTF_8));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Holds up some calls of the node from now on, in place of those of the life before. */
    void slowDown(Shim shim) {
        shim.clear();
        if (random.nextInt(5) == 0) {
            return;
        }
        slow(shim, 2, 6, "*.log", Call.FDATASYNC);
        slow(shim, 3, 6, "*.data", Call.FDATASYNC, Call.MSYNC);
        slow(shim, 3, 10, "*.new", Call.FDATASYNC);
        slow(shim, 3, 10, "*", Call.RENAME);
        slow(shim, 3, 15, "*/tidemark-it-*", Call.FSYNC); // directories
        slow(shim, 4, 5, "*/tidemark-it-*", Call.UNLINK);
    }

    private void slow(Shim shim, int oneIn, int mostMs, String glob, Call first, Call... more) {
        boolean chosen = random.nextInt(oneIn) == 0;
        int ms = 1 + random.nextInt(mostMs);
        if (chosen) {
            shim.on(glob, first, more).delay(Duration.ofMillis(ms));
        }
    }

    /** What a client writes in one life. */
    static LoadMix mix(SplittableRandom random) {
        int lengths = random.nextInt(6);
        return new LoadMix(
                1 << random.nextInt(6),
                5 + random.nextInt(40),
                random.nextInt(3) == 0 ? Integer.MAX_VALUE : 1 + random.nextInt(5),
                lengths < 3 ? LoadMix.Lengths.USUAL : lengths < 5 ? LoadMix.Lengths.SHORT : LoadMix.Lengths.LONG,
                Duration.ZERO);
    }

    /** The client that writes now and then only. */
    static LoadMix trickle(SplittableRandom random) {
        return new LoadMix(1, 20, Integer.MAX_VALUE, LoadMix.Lengths.SHORT, Duration.ofMillis(5 + random.nextInt(60)));
    }

    private long power(long least, int doublings) {
        return least << random.nextInt(doublings + 1);
    }

    @Override
    public String toString() {
        return fixed.toString();
    }
}
