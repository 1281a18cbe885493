package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A node follows its file. */
@Execution(ExecutionMode.CONCURRENT) // they mostly wait
@Timeout(150)
class ReloadIT {
    private static final Pattern DURABLE = Pattern.compile("durable_index=(\\d+)");
    private static final int RELOADS = Integer.getInteger("tidemark.it.reloads", 60);
    private static final long SEED = Long.getLong("tidemark.it.seed", System.nanoTime());

    private final Path dir;
    private final Path file;

    ReloadIT(@TempDir Path dir) {
        this.dir = dir;
        this.file = dir.resolve("node.yaml");
    }

    private NodeProcess.Builder node() {
        return NodeProcess.in(dir.resolve("data")).argument("--config").argument(file.toString());
    }

    private void replace(String text) throws IOException {
        Path fresh = dir.resolve("node.yaml.new");
        Files.writeString(fresh, text);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String setting(RespClient client, String key) throws IOException {
        if (client.call("CONFIG", "GET", key) instanceof List<?> pair
                && pair.size() == 2
                && pair.get(1) instanceof byte[] value) {
            return new String(value, StandardCharsets.UTF_8);
        }
        throw new AssertionError("no setting " + key);
    }

    private static void awaitSetting(RespClient client, String key, String value) {
        await(key + " " + value)
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> value.equals(setting(client, key)));
    }

    private static List<String> lines(NodeProcess node, String part) {
        return node.stderr().lines().filter(line -> line.contains(part)).toList();
    }

    private static void awaitLines(NodeProcess node, String part, int count) {
        await(part).atMost(Duration.ofSeconds(20)).until(() -> lines(node, part).size() >= count);
    }

    private static long durableIndex(RespClient client) throws IOException {
        Matcher durable = DURABLE.matcher(String.valueOf(client.text("INFO", "persistence")));
        assertThat(durable.find()).isTrue();
        return Long.parseLong(durable.group(1));
    }

    /** Writes for this long, and returns the times, in milliseconds, at which the durable index had moved. */
    private static List<Long> movesWhileWriting(RespClient client, long forMs) throws Exception {
        List<Long> moves = new ArrayList<>();
        long began = System.nanoTime();
        long last = durableIndex(client);
        for (long at = 0; at < forMs; at = (System.nanoTime() - began) / 1_000_000) {
            client.set("k" + at % 100, "v" + at);
            long now = durableIndex(client);
            if (now != last) {
                moves.add(at);
                last = now;
            }
            Thread.sleep(5);
        }
        return moves;
    }

    @Test
    void interval_shortenedInTheFile_isThePaceOfCheckpointsWithinFiveSeconds() throws Exception {
        replace("shards: 1\ncheckpoint: {interval_ms: 10000, idle_ms: 0}\n");
        try (NodeProcess node = node().start();
                RespClient client = node.client()) {
            List<Long> before = movesWhileWriting(client, 4_000);
            replace("shards: 1\ncheckpoint: {interval_ms: 500, idle_ms: 0}\n");
            List<Long> after = movesWhileWriting(client, 5_000);
            List<Long> then = movesWhileWriting(client, 5_000);
            System.out.println("ReloadIT: moves of the durable index, ms: in 4 s before " + before + ", in 5 s after "
                    + after + ", in the next 5 s " + then);
            assertThat(before).as("one every 10 s").hasSizeLessThanOrEqualTo(1);
            assertThat(after).as("the new pace within 5 s").hasSizeGreaterThanOrEqualTo(3);
            assertThat(then).as("one every 500 ms").hasSizeBetween(7, 11);
            assertThat(lines(node, "reloaded: checkpoint.interval_ms 10000 -> 500"))
                    .hasSize(1);
            assertThat(node.stop()).isZero();
        }
    }

    private interface Damage {
        void todo() throws IOException;
    }

    @Test
    void file_badInAnyWay_changesNothingIsToldOnceAndTheNodeGoesOn() throws Exception {
        String good = "checkpoint: {interval_ms: 5000}\nreload: {poll_ms: 100}\n";
        Map<String, Damage> damages = Map.of(
                "checkpoint.interval_ms` is 5 in", () -> replace(good.replace("5000", "5")),
                "did you mean `checkpoint.interval_ms`?", () -> replace(good.replace("interval_ms", "intervalMs")),
                "`checkpoint.interval_ms` is the text `soon` in",
                        () -> Files.writeString(file, good.replace("5000", "soon")),
                "is given twice", () -> replace(good + "checkpoint: {idle_ms: 1}\n"),
                "is not YAML", () -> Files.writeString(file, "checkpoint: ["),
                "is not a text in UTF-8", () -> Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe}),
                "section `checkpoint` is missing", () -> Files.writeString(file, ""),
                "NoSuchFileException", () -> Files.delete(file),
                "Is a directory",
                        () -> {
                            Files.move(file, dir.resolve("moved"), StandardCopyOption.REPLACE_EXISTING);
                            Files.createDirectory(file);
                        });
        replace(good);
        try (NodeProcess node = node().start();
                RespClient client = node.client()) {
            int refusals = 0;
            for (Map.Entry<String, Damage> damage : damages.entrySet()) {
                damage.getValue().todo();
                awaitLines(node, damage.getKey(), 1);
                refusals = lines(node, "configuration refused, nothing changed").size();
                assertThat(setting(client, "checkpoint.interval_ms")).isEqualTo("5000");
                client.set("a", damage.getKey());
                assertThat(client.get("a")).isEqualTo(damage.getKey());
                Thread.sleep(1_000); // ten looks more
                assertThat(lines(node, damage.getKey())).as(node.stderr()).hasSize(1);
                assertThat(lines(node, "configuration refused, nothing changed"))
                        .as(node.stderr())
                        .hasSize(refusals);
                int restored = lines(node, "the configuration is valid again").size();
                if (Files.isDirectory(file)) {
                    Files.delete(file);
                }
                replace(good);
                awaitLines(node, "the configuration is valid again", restored + 1);
            }
            assertThat(refusals)
                    .isBetween(damages.size(), damages.size() + 1); // a directory may have been seen missing first
            replace(good.replace("5000", "4000"));
            awaitSetting(client, "checkpoint.interval_ms", "4000");
            assertThat(node.stderr()).doesNotContain("ERROR");
            assertThat(node.stop()).isZero();
        }
    }

    @Test
    void keys_fixedByTheCommandLineOrTheStart_stayAsTheyAre() throws Exception {
        String start = "shards: 2\nredis: {password: first-secret}\nreload: {poll_ms: 100}\n";
        replace(start + "checkpoint: {interval_ms: 5000, idle_ms: 100}\n");
        try (NodeProcess node = node().set("checkpoint.interval_ms", "7000")
                        .environment("TIDEMARK_CHECKPOINT_MAX_DELAY_MS", "60000")
                        .start();
                RespClient client = node.client()) {
            client.call("AUTH", "first-secret");
            replace(
                    """
                    shards: 3
                    redis: {password: other-secret}
                    reload: {poll_ms: 100}
                    checkpoint:
                      interval_ms: 4000
                      idle_ms: 50
                      max_delay_ms: 50000
                      max_dirty_bytes: 1MiB
                      pacing_bytes: 0
                    """);
            awaitSetting(client, "checkpoint.idle_ms", "50");
            assertThat(setting(client, "checkpoint.interval_ms")).isEqualTo("7000");
            assertThat(setting(client, "checkpoint.max_delay_ms")).isEqualTo("60000");
            assertThat(setting(client, "checkpoint.max_dirty_bytes")).isEqualTo("1MiB");
            assertThat(setting(client, "shards")).isEqualTo("2");
            awaitLines(node, "requires a restart", 1);
            assertThat(lines(node, "requires a restart"))
                    .singleElement()
                    .asString()
                    .contains("shards 2 -> 3", "redis.password (hidden) -> (hidden)")
                    .doesNotContain("checkpoint");
            assertThat(lines(node, "reloaded:"))
                    .singleElement()
                    .asString()
                    .contains("checkpoint.idle_ms 100 -> 50", "checkpoint.pacing_bytes 1048576 -> 0")
                    .doesNotContain("interval_ms", "max_delay_ms");
            replace(start + "checkpoint: {idle_ms: 60}\n");
            awaitSetting(client, "checkpoint.idle_ms", "60");
            awaitLines(node, "requires a restart any more", 1);
            assertThat(node.stop()).isZero();
            assertThat(node.stdout() + node.stderr()).doesNotContain("first-secret", "other-secret");
        }
    }

    @Test
    void sighup_fileChanged_isInForceLongBeforeTheNextLook() throws Exception {
        String text = "reload: {poll_ms: 3600000}\ncheckpoint: {interval_ms: 5000}\n";
        replace(text);
        try (NodeProcess node = node().start();
                RespClient client = node.client()) {
            client.set("a", "b");
            node.sighup();
            awaitLines(node, "configuration read again: nothing changed", 1);
            replace(text.replace("5000", "4000"));
            node.sighup();
            awaitSetting(client, "checkpoint.interval_ms", "4000");
            awaitLines(node, "reloaded: checkpoint.interval_ms 5000 -> 4000", 1);
            replace(text.replace("5000", "soon"));
            node.sighup();
            awaitLines(node, "configuration refused, nothing changed: `checkpoint.interval_ms` is the text `soon`", 1);
            node.sighup();
            awaitLines(node, "configuration read again, still refused, nothing changed: `checkpoint.int", 1);
            assertThat(setting(client, "checkpoint.interval_ms")).isEqualTo("4000");
            replace(text.replace("5000", "3000"));
            for (int i = 0; i < 50; i++) {
                node.sighup();
            }
            awaitSetting(client, "checkpoint.interval_ms", "3000");
            assertThat(client.get("a")).isEqualTo("b");
            assertThat(lines(node, "reloaded:")).hasSize(2);
            assertThat(node.stop()).as(node.stderr()).isZero();
            assertThat(node.stderr()).doesNotContain("ERROR", "Exception");
        }
    }

    @Test
    void sighup_nodeWithoutAFile_saysSoAndGoesOn() throws Exception {
        try (NodeProcess node = NodeProcess.in(dir.resolve("data"))
                        .workingDirectory(dir)
                        .start();
                RespClient client = node.client()) {
            node.sighup();
            awaitLines(node, "not read again: the node was started without a file", 1);
            client.set("a", "b");
            assertThat(node.stop()).as(node.stderr()).isZero();
        }
    }

    /** By {@code nohup} it is ignored from the start, and so nothing is read. */
    @Test
    void sighup_ignoredFromTheStart_staysIgnored() throws Exception {
        String text = "reload: {poll_ms: 3600000}\ncheckpoint: {interval_ms: 5000}\n";
        replace(text);
        try (NodeProcess node = node().under("nohup").start();
                RespClient client = node.client()) {
            awaitLines(node, "SIGHUP was ignored when the process was started, and still is", 1);
            replace(text.replace("5000", "4000"));
            node.sighup();
            client.set("a", "b");
            assertThat(node.stop()).as(node.stderr()).isZero();
            assertThat(node.stderr()).doesNotContain("reloaded", "read again:");
        }
    }

    /** {@code -Xrs} leaves signals to the system, which ends the process at this one. */
    @Test
    void sighup_jvmToldToLeaveSignalsAlone_endsTheProcess() throws Exception {
        replace("shards: 1\n");
        try (NodeProcess node = node().jvm("-Xrs").start()) {
            assertThat(lines(node, "SIGHUP does not reload: ")).hasSize(1);
            node.sighup();
            assertThat(node.awaitExit(Duration.ofSeconds(20))).isEqualTo(128 + 1);
        }
    }

    @Test
    void reloads_underLoadThenKill_loseNoWriteAndNoReload() throws Exception {
        System.out.println("ReloadIT: -Dtidemark.it.seed=" + SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        LongAdder acknowledged = new LongAdder();
        List<LoadClient> clients = IntStream.range(0, 2)
                .mapToObj(
                        i -> new LoadClient(new AcknowledgementRecorder(i, 200, 20, acknowledged), random.split(), 16))
                .toList();
        String fixed = "reload: {poll_ms: 100}\nlog: {segment_bytes: 1MiB}\nbitcask: {max_file_bytes: 4MiB}\n";
        replace(fixed + "checkpoint: {interval_ms: 100}\n");
        Map<String, Object> last = Map.of();
        try (NodeProcess node = node().start();
                RespClient control = node.client()) {
            List<CompletableFuture<Boolean>> load = new ArrayList<>();
            for (LoadClient client : clients) {
                load.add(CompletableFuture.supplyAsync(() -> client.run(node.port(), () -> false)));
            }
            long began = System.nanoTime();
            long before = acknowledged.sum();
            for (int reload = 1; reload <= RELOADS; reload++) {
                last = drawn(random, reload);
                String text = fixed + "checkpoint: " + last.toString().replace("=", ": ") + "\n";
                if (reload % 2 == 0) {
                    replace(text);
                } else {
                    Files.writeString(file, text);
                }
                awaitSetting(control, "checkpoint.interval_ms", String.valueOf(last.get("interval_ms")));
            }
            long underReloads = acknowledged.sum() - before;
            double seconds = (System.nanoTime() - began) / 1e9;
            assertThat(load).as("connections that broke").noneMatch(CompletableFuture::isDone);
            for (Map.Entry<String, Object> key : last.entrySet()) {
                assertThat(setting(control, "checkpoint." + key.getKey()))
                        .isEqualTo(key.getValue().toString());
            }
            awaitLines(node, "reloaded: ", RELOADS);
            assertThat(lines(node, "reloaded: ")).as("one outcome a reload").hasSize(RELOADS);
            assertThat(lines(node, "refused")).isEmpty();
            node.sigkill();
            for (CompletableFuture<Boolean> one : load) {
                assertThat(one.join()).as("the load went on until the kill").isFalse();
            }
            System.out.printf(
                    "ReloadIT: %d reloads in %.1f s, %d writes acknowledged meanwhile%n",
                    RELOADS, seconds, underReloads);
            assertThat(underReloads).isGreaterThan(RELOADS * 20L);
        }
        try (NodeProcess node = node().start();
                RespClient control = node.client()) {
            for (LoadClient client : clients) {
                RestartCheck.run(control, client.recorder());
                assertThat(client.recorder().violations()).as("seed = %d", SEED).isEmpty();
                assertThat(client.recorder().takeRefusals())
                        .as("writes and reads refused")
                        .isEmpty();
            }
            assertThat(setting(control, "checkpoint.interval_ms")).isEqualTo(String.valueOf(last.get("interval_ms")));
            assertThat(node.stop()).isZero();
        }
    }

    /** Each with another interval, so that it differs from the one before. */
    private static Map<String, Object> drawn(SplittableRandom random, int reload) {
        return new TreeMap<>(Map.of(
                "interval_ms", 100 + (reload % 2) * 1_000 + reload,
                "idle_ms", random.nextInt(50),
                "max_delay_ms", 100 + random.nextInt(2_000),
                "max_dirty_bytes", random.nextBoolean() ? "1MiB" : "256KiB",
                "max_concurrent_fsyncs", 1 + random.nextInt(8),
                "pacing_bytes", random.nextBoolean() ? "0" : "64KiB",
                "stall_warn_ms", 1_000 + random.nextInt(5_000),
                "stall_shed_ms", 10_000 + random.nextInt(5_000)));
    }
}
