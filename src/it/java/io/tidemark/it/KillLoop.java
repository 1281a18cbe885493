package io.tidemark.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/**
 * Loads a server with several clients, kills it under them, starts it again on the same directory and checks every key;
 * over and over. SIGKILL spares the page cache: this tests recovery, not fsync.
 *
 * <p>Each cycle: start; check what the cycles before left; load until a drawn number of acknowledgements; SIGKILL while
 * the clients are at it. In some cycles the next start is killed too, mostly in mid-recovery. After the last cycle an
 * ordered stop (exit code 0), a start, a check.
 *
 * <p>Everything drawn comes from the seed; what the threads make of it does not, so that the seed repeats the load and
 * not the moment of the kill.
 */
final class KillLoop {

    private static final int KEYS = 200;
    private static final int COUNTERS = 20;
    private static final Duration LOAD_LIMIT = Duration.ofSeconds(30);

    private final ServerUnderTest server;
    private final Plan plan;
    private final SplittableRandom random;
    private final LoadClients clients;
    private int kills;

    /**
     * What to do.
     *
     * @param seed of everything drawn
     * @param cycles loads, each ended by a SIGKILL
     * @param clients connections
     * @param pipeline commands a batch on each
     * @param maxWrites acknowledgements after which a cycle's kill comes at the latest; at least a tenth
     */
    record Plan(long seed, int cycles, int clients, int pipeline, int maxWrites) {}

    /** The results; {@link #toString} describes them. */
    record Report(
            Plan plan,
            int kills,
            long sent,
            long acknowledged,
            long refused,
            long reads,
            long refusedReads,
            long checkedKeys,
            double seconds,
            List<String> violations) {

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "seed %d: %d kills, %d writes sent, %d acknowledged, %d refused, %d reads under load, "
                            + "%d reads refused, %d keys checked after restarts, %d violations, %.1f s",
                    plan.seed(),
                    kills,
                    sent,
                    acknowledged,
                    refused,
                    reads,
                    refusedReads,
                    checkedKeys,
                    violations.size(),
                    seconds);
        }
    }

    KillLoop(ServerUnderTest server, Plan plan) {
        this.server = server;
        this.plan = plan;
        this.random = new SplittableRandom(plan.seed());
        LongAdder acknowledged = new LongAdder();
        this.clients = new LoadClients(
                IntStream.range(0, plan.clients())
                        .mapToObj(i -> new LoadClient(
                                new AcknowledgementRecorder(i, KEYS, COUNTERS, acknowledged),
                                random.split(),
                                plan.pipeline()))
                        .toList(),
                acknowledged);
    }

    /** Runs the plan; returns at the first cycle that leaves violations. */
    Report run() throws IOException {
        long startNanos = System.nanoTime();
        try (server;
                clients) {
            for (int cycle = 0; cycle < plan.cycles() && clients.violations().isEmpty(); cycle++) {
                server.start();
                clients.check(server.port(), "after kill " + kills);
                loadAndKill();
                if (random.nextInt(4) == 0) {
                    server.startAndKillAfter(Duration.ofMillis(150 + random.nextInt(600)));
                    kills++;
                }
            }
            server.start();
            clients.check(server.port(), "after kill " + kills);
            stopInOrder();
            server.start();
            clients.check(server.port(), "after the ordered stop");
            stopInOrder();
        }
        return report((System.nanoTime() - startNanos) / 1e9);
    }

    private void loadAndKill() throws IOException {
        long more = plan.maxWrites() / 10L + random.nextInt(plan.maxWrites());
        LoadClients.Load load = clients.start(server.port());
        boolean reached = load.awaitAcknowledged(more, LOAD_LIMIT);
        boolean broke = load.hasEnded();
        server.kill();
        kills++;
        load.awaitEnd();
        clients.judgeRefusals("before kill " + kills, text -> false);
        if (broke && !reached) {
            clients.violations().add("a connection broke before the kill");
        } else if (!reached) {
            clients.violations().add("fewer acknowledgements than asked for within " + LOAD_LIMIT);
        }
    }

    private void stopInOrder() throws IOException {
        int exitCode = server.stop();
        if (exitCode != 0) {
            clients.violations().add("the ordered stop ended with exit code " + exitCode);
        }
    }

    private Report report(double seconds) {
        LoadClients.Figures figures = clients.figures();
        return new Report(
                plan,
                kills,
                figures.sent(),
                figures.acknowledged(),
                figures.refused(),
                figures.reads(),
                figures.refusedReads(),
                figures.checkedKeys(),
                seconds,
                List.copyOf(clients.violations()));
    }

    /** The settings of a node's life in such a loop: by turns, so that each recovers from all others. */
    static Map<String, String> nodeSettings(int life) {
        return switch (life % 4) {
            case 0 -> Map.of("checkpoint.interval_ms", "100", "checkpoint.idle_ms", "10");
            case 1 ->
                Map.of(
                        "checkpoint.interval_ms", "50",
                        "checkpoint.idle_ms", "5",
                        "checkpoint.max_delay_ms", "100",
                        "log.segment_bytes", "1048576",
                        "bitcask.max_file_bytes", "1048576");
            case 2 -> Map.of("checkpoint.max_dirty_bytes", "1048576", "bitcask.max_file_bytes", "4194304");
            default -> Map.of();
        };
    }

    /**
     * {@code KillLoop [--seed N] [--cycles N] [--clients N] [--pipeline N] [--max-writes N] [--dir DIR] [--command
     * "redis-server --port {port} --dir {dir} ..."]}; without {@code --command} the node of {@code
     * target/tidemark.jar}. Exit code 1 if anything was lost.
     */
    public static void main(String[] words) throws IOException {
        Options options = Options.parse(words);
        Plan plan = new Plan(
                options.number("seed", System.nanoTime()),
                (int) options.number("cycles", 20),
                (int) options.number("clients", 4),
                (int) options.number("pipeline", 32),
                (int) options.number("max-writes", 20_000));
        Path dir = options.has("dir") ? Path.of(options.text("dir", "")) : Files.createTempDirectory("kill-loop");
        String command = options.text("command", "");
        System.out.println("seed " + plan.seed() + ", directory " + dir);
        try (ServerUnderTest server = command.isEmpty()
                ? new NodeUnderTest(dir, KillLoop::nodeSettings)
                : new CommandUnderTest(command, dir)) {
            Report report = new KillLoop(server, plan).run();
            System.out.println(report);
            report.violations().forEach(System.out::println);
            if (!report.violations().isEmpty()) {
                System.out.println(server.output());
            }
            System.exit(report.violations().isEmpty() ? 0 : 1);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
