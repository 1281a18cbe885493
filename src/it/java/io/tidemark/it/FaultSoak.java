package io.tidemark.it;

import io.tidemark.it.disk.LoopDisk;
import io.tidemark.it.disk.Shim;
import io.tidemark.it.disk.Shim.Call;
import io.tidemark.it.disk.Shim.Errno;
import io.tidemark.it.disk.ThinStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A node whose disks are in trouble all the time: one fault after another, or two at once, drawn from a seed, under clients
 * that check every answer. Data files lie on a thin store, the logs on a disk of their own; some rounds end with SIGKILL, a
 * power cut or SIGTERM while the fault lasts.
 *
 * <p>A violation is: an acknowledged write that is lost, any other value than the history allows, an exit that no fault explains,
 * and a node that does not take writes on every shard within {@link #SERVED_WITHIN} of the end of its last fault.
 */
final class FaultSoak implements AutoCloseable {
    static final Duration SERVED_WITHIN = Duration.ofSeconds(10);

    private static final int SHARDS = 3;
    private static final int CLIENTS = 2;
    private static final int PIPELINE = 8;
    private static final long BATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(25);
    private static final long FILLED_BY_WRITING = 2 << 20;
    private static final long MAX_BYTES_FILLED_BY_WRITING = 16 << 20;
    private static final int LOG_FAILED = 5;
    private static final int STOP_INCOMPLETE = 6;

    /** The faults of a disk. */
    enum Fault {
        FORCE_EIO,
        FORCE_ENOSPC,
        FORCE_HANGS,
        RANGE_FORCE_EIO,
        MANIFEST_RENAME_EIO,
        DIRECTORY_FORCE_EIO,
        APPEND_ENOSPC,
        APPEND_EIO,
        APPEND_SHORT,
        THIN_STORE_FULL,
        DISK_FULL,
        FROZEN,
        LOG_HANGS,
        LOG_APPEND_ENOSPC,
        LOG_FORCE_EIO
    }

    /** How a round ends. */
    enum End {
        LIFTED,
        SIGKILL,
        POWER_CUT,
        SIGTERM
    }

    private final long seed;
    private final SplittableRandom random;
    private final Shim shim;
    private final ThinStore store;
    private final LoopDisk logDisk;
    private final NodeProcess.Builder builder;
    private final LongAdder acknowledged = new LongAdder();
    private final List<LoadClient> clients = new ArrayList<>();
    private final Map<Fault, Integer> begun = new EnumMap<>(Fault.class);
    private final Map<End, Integer> ends = new EnumMap<>(End.class);
    private final Map<String, Integer> reasons = new TreeMap<>();
    private final List<String> violations = new ArrayList<>();
    private final StringBuilder output = new StringBuilder();
    private @Nullable NodeProcess node;
    private List<CompletableFuture<Boolean>> running = List.of();
    private volatile boolean stopLoad;
    private int rounds;
    private int lives;
    private long strikes;
    private long slowestMillis;

    /** Prepares disks; nothing runs yet. */
    FaultSoak(long seed, Path directory) throws IOException {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.shim = Shim.in(directory);
        this.store = ThinStore.make(128, 100);
        try {
            this.logDisk = LoopDisk.of(LoopDisk.Kind.EXT4).mib(64).make();
        } catch (IOException | RuntimeException failed) {
            store.close();
            throw failed;
        }
        this.builder = NodeProcess.in(store.root().resolve("data"))
                .shim(shim)
                .set("log.dir", logDisk.root().resolve("log").toString())
                .set("log.segment_bytes", "1MiB")
                .set("bitcask.max_file_bytes", "1MiB")
                .set("shards", Integer.toString(SHARDS))
                .set("checkpoint.interval_ms", "150")
                .set("checkpoint.idle_ms", "5")
                .set("checkpoint.max_delay_ms", "600")
                .set("checkpoint.pacing_bytes", "64KiB")
                .set("checkpoint.stall_warn_ms", "200")
                .set("checkpoint.stall_shed_ms", "500")
                .set("pressure.shed_free_bytes", "8MiB")
                .set("pressure.resume_free_bytes", "16MiB")
                .set("pressure.ballast_bytes", "1MiB")
                .set("pressure.dwell_ms", "300")
                .set("shutdown_timeout_ms", "3000");
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(
                    new LoadClient(new AcknowledgementRecorder(i, 150, 15, acknowledged), random.split(), PIPELINE));
        }
    }

    /** The results; {@link #toString} describes them. */
    record Report(
            long seed,
            int rounds,
            int lives,
            long acknowledged,
            long refused,
            long strikes,
            long slowestMillis,
            Map<Fault, Integer> faults,
            Map<End, Integer> ends,
            Map<String, Integer> refusals,
            List<String> violations) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "seed %d: %d rounds, %d lives, %d writes acknowledged, %d refused (%s), %d calls struck, served again"
                            + " %d ms after the last fault at most; faults %s; ends %s; %d violations",
                    seed,
                    rounds,
                    lives,
                    acknowledged,
                    refused,
                    refusals,
                    strikes,
                    slowestMillis,
                    faults,
                    ends,
                    violations.size());
        }
    }

    /** Runs rounds for that long, then stops in order and checks everything once more. Stops at the first violation. */
    Report run(Duration length) throws IOException {
        long endNanos = System.nanoTime() + length.toNanos();
        start();
        while (System.nanoTime() - endNanos < 0 && violations.isEmpty()) {
            round();
        }
        if (violations.isEmpty()) {
            endOfLoad();
            end(End.POWER_CUT);
            start();
            endOfLoad();
            int exitCode = running().stop();
            if (exitCode != 0) {
                violations.add("the ordered stop ended with exit code " + exitCode);
            }
        }
        note();
        return new Report(
                seed,
                rounds,
                lives,
                acknowledged.sum(),
                clients.stream()
                        .mapToLong(each -> each.recorder().refusedWrites())
                        .sum(),
                strikes,
                slowestMillis,
                begun,
                ends,
                reasons,
                violations);
    }

    /** Everything the nodes printed. */
    String output() {
        NodeProcess last = node;
        return output + (last == null ? "" : last.stderr());
    }

    private void round() throws IOException {
        rounds++;
        List<Active> active = new ArrayList<>();
        boolean mayEnd = false;
        try {
            int count = 1 + random.nextInt(2);
            for (int i = 0; i < count; i++) {
                Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
                if (active.stream().noneMatch(each -> each.fault == fault || each.clashesWith(fault))) {
                    active.add(begin(fault));
                    begun.merge(fault, 1, Integer::sum);
                    mayEnd |= fault == Fault.LOG_FORCE_EIO;
                    pause(random.nextInt(300));
                }
            }
            pause(200 + random.nextInt(1_500));
            End end = draw();
            ends.merge(end, 1, Integer::sum);
            for (Active each : active) {
                if (each.fault == Fault.FROZEN || (end == End.SIGTERM && each.fault == Fault.LOG_HANGS)) {
                    each.lift(); // not even SIGKILL ends what hangs on a frozen disk
                }
            }
            boolean ended = end != End.LIFTED;
            if (ended) {
                end(end);
            }
            for (Active each : active) {
                each.lift();
            }
            if (ended) {
                start();
            }
        } finally {
            for (Active each : active) {
                each.lift();
            }
        }
        if (!running().isAlive()) {
            diedByItself(mayEnd);
            start();
        }
        awaitServed(mayEnd);
        collect("under load");
    }

    private End draw() {
        int percent = random.nextInt(100);
        return percent < 55 ? End.LIFTED : percent < 70 ? End.SIGKILL : percent < 85 ? End.POWER_CUT : End.SIGTERM;
    }

    /** A fault that lasts until it is lifted. */
    private static final class Active {
        private final Fault fault;
        private final Lifting lifting;
        private boolean lifted;

        Active(Fault fault, Lifting lifting) {
            this.fault = fault;
            this.lifting = lifting;
        }

        /** A full store and a full disk at once would be one fault, and a disk that is frozen can't be filled. */
        boolean clashesWith(Fault other) {
            return ofTheDisk(fault) && ofTheDisk(other);
        }

        private static boolean ofTheDisk(Fault fault) {
            return fault == Fault.DISK_FULL || fault == Fault.FROZEN || fault == Fault.THIN_STORE_FULL;
        }

        void lift() throws IOException {
            if (!lifted) {
                lifted = true;
                lifting.lift();
            }
        }
    }

    @FunctionalInterface
    private interface Lifting {
        void lift() throws IOException;
    }

    private Active begin(Fault fault) throws IOException {
        String shard = "*/shard-000" + random.nextInt(SHARDS);
        String data = shard + "/data/*.data";
        String log = shard + "/log/*.log*";
        return switch (fault) {
            case FORCE_EIO -> struck(fault, shim.on(data, Call.FDATASYNC).error(Errno.EIO));
            case FORCE_ENOSPC ->
                struck(fault, shim.on(data, Call.FDATASYNC).times(2).error(Errno.ENOSPC));
            case FORCE_HANGS -> struck(fault, shim.on(data, Call.FDATASYNC).hang());
            case RANGE_FORCE_EIO ->
                struck(fault, shim.on(data, Call.MSYNC).times(1).error(Errno.EIO));
            case MANIFEST_RENAME_EIO ->
                struck(
                        fault,
                        shim.on(shard + "/data/CHECKPOINT", Call.RENAME)
                                .times(2)
                                .error(Errno.EIO));
            case DIRECTORY_FORCE_EIO ->
                struck(fault, shim.on(shard + "/data", Call.FSYNC).times(2).error(Errno.EIO));
            case APPEND_ENOSPC -> struck(fault, shim.on(data, Call.PWRITE).error(Errno.ENOSPC));
            case APPEND_EIO -> struck(fault, shim.on(data, Call.PWRITE).error(Errno.EIO));
            case APPEND_SHORT -> struck(fault, shim.on(data, Call.PWRITE).shorten(1 + random.nextInt(40)));
            case THIN_STORE_FULL -> {
                store.fill();
                yield new Active(fault, store::release);
            }
            case DISK_FULL -> {
                Path filler = store.root().resolve("filler");
                fill(filler);
                yield new Active(fault, () -> Files.deleteIfExists(filler));
            }
            case FROZEN -> {
                LoopDisk.Frozen frozen = store.disk().freeze();
                yield new Active(fault, frozen::close);
            }
            case LOG_HANGS -> struck(fault, shim.on(log, Call.FDATASYNC).hang());
            case LOG_APPEND_ENOSPC -> struck(fault, shim.on(log, Call.PWRITE).error(Errno.ENOSPC));
            case LOG_FORCE_EIO ->
                struck(fault, shim.on(log, Call.FDATASYNC).times(1).error(Errno.EIO));
        };
    }

    /** Mostly by blocks that are not written, so that the thin store stays thin; the rest by writing, to the last. */
    private void fill(Path filler) throws IOException {
        allocateNearlyAll(filler);
        ByteBuffer page = ByteBuffer.allocate(4_096);
        try (FileChannel out = FileChannel.open(filler, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            while (out.write(page.clear()) == page.capacity()) {
                // until it is full
            }
        } catch (IOException full) {
            if (!String.valueOf(full.getMessage()).contains("No space left")) {
                throw full;
            }
        }
    }

    /** The node uses space meanwhile, so a second attempt may have to leave more. */
    private void allocateNearlyAll(Path filler) throws IOException {
        for (long leave = FILLED_BY_WRITING; ; leave *= 2) {
            try {
                LoopDisk.allocate(filler, Files.getFileStore(store.root()).getUsableSpace() - leave);
                return;
            } catch (IOException noRoom) {
                Files.deleteIfExists(filler);
                if (leave > MAX_BYTES_FILLED_BY_WRITING) {
                    throw noRoom;
                }
            }
        }
    }

    private Active struck(Fault fault, Shim.Order order) {
        return new Active(fault, () -> {
            strikes += order.strikes();
            order.lift();
        });
    }

    private void end(End end) throws IOException {
        NodeProcess now = running();
        switch (end) {
            case SIGTERM -> {
                int exitCode = now.stop();
                if (exitCode != 0 && exitCode != STOP_INCOMPLETE && exitCode != LOG_FAILED) {
                    violations.add("SIGTERM ended with exit code " + exitCode);
                }
            }
            case POWER_CUT -> {
                now.sigstop();
                store.disk().powerCut();
                logDisk.powerCut();
                now.sigkill();
                endOfLoad();
                store.release();
                store.disk().remount();
                logDisk.remount();
                Files.deleteIfExists(store.root().resolve("filler"));
            }
            default -> now.sigkill();
        }
    }

    private void diedByItself(boolean allowed) {
        int exitCode = running().awaitExit(SERVED_WITHIN);
        if (!allowed || exitCode != LOG_FAILED) {
            violations.add("the node ended by itself with exit code " + exitCode);
        }
    }

    /** Checks all keys on a new life of the node, and puts it under load. */
    private void start() throws IOException {
        endOfLoad();
        note();
        lives++;
        node = builder.start();
        try (RespClient client = running().client()) {
            for (LoadClient each : clients) {
                RestartCheck.run(client, each.recorder());
            }
        }
        collect("after the start of life " + lives);
        stopLoad = false;
        int port = running().port();
        running = clients.stream()
                .map(each -> CompletableFuture.supplyAsync(
                        () -> each.run(port, this::paced), task -> new Thread(task, "load").start()))
                .toList();
    }

    private boolean paced() {
        LockSupport.parkNanos(BATCH_NANOS);
        return stopLoad;
    }

    private void endOfLoad() throws IOException {
        stopLoad = true;
        for (CompletableFuture<Boolean> each : running) {
            try {
                each.get(30, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException failed) {
                throw new IOException("a load client does not end: " + output(), failed);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IOException(interrupted);
            }
        }
        running = List.of();
    }

    /** Every shard takes a write, and the admin HTTP endpoint says so. */
    private void awaitServed(boolean mayEnd) throws IOException {
        long liftedNanos = System.nanoTime();
        String why = "";
        while (System.nanoTime() - liftedNanos < SERVED_WITHIN.toNanos()) {
            try (RespClient client = running().client()) {
                client.readTimeout(SERVED_WITHIN);
                why = notServed(client);
            } catch (IOException | AssertionError gone) {
                why = gone.toString();
            }
            if (why.isEmpty()) {
                slowestMillis = Math.max(slowestMillis, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - liftedNanos));
                return;
            }
            if (!running().isAlive()) {
                diedByItself(mayEnd); // the failure had begun when the fault was lifted
                start();
            }
            pause(20);
        }
        violations.add("not served " + SERVED_WITHIN + " after the last fault: " + why);
    }

    private String notServed(RespClient client) throws IOException {
        for (int shard = 0; shard < SHARDS; shard++) {
            Object reply = client.call("SET", NodeInfo.key("probe", shard, SHARDS), "x");
            if (!"OK".equals(reply)) {
                return String.valueOf(reply);
            }
        }
        AdminClient.Answer ready = new AdminClient(running().adminPort()).get("/health/ready");
        return ready.status() == 200 ? "" : ready.body();
    }

    private void collect(String when) {
        for (LoadClient each : clients) {
            AcknowledgementRecorder recorder = each.recorder();
            if (running.isEmpty() || !recorder.violations().isEmpty()) {
                List.copyOf(recorder.violations()).forEach(text -> violations.add(when + ": " + text));
            }
        }
    }

    /** Keeps what the last life printed, and which reasons it gave. */
    private void note() {
        NodeProcess last = node;
        if (last != null) {
            last.stderr()
                    .lines()
                    .filter(line -> line.contains("pressure SHED for ") || line.contains("pressure FAILED for "))
                    .map(line -> line.replaceFirst(".* for ([A-Z_]+):.*", "$1"))
                    .forEach(reason -> reasons.merge(reason, 1, Integer::sum));
            output.append("--- life ").append(lives).append('\n').append(last.stderr());
            last.close();
        }
    }

    private NodeProcess running() {
        NodeProcess now = node;
        if (now == null) {
            throw new IllegalStateException("no node has been started");
        }
        return now;
    }

    private static void pause(long millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    @Override
    public void close() throws IOException {
        stopLoad = true;
        shim.clear();
        NodeProcess last = node;
        if (last != null) {
            last.close();
        }
        try {
            logDisk.close();
        } finally {
            store.close();
        }
    }

    /** {@code FaultSoak [--seed N] [--seconds N]}: minutes of it, each on disks of its own. Exit code 1 if anything is wrong. */
    public static void main(String[] words) throws IOException {
        Options options = Options.parse(words);
        long seed = options.number("seed", System.nanoTime());
        long seconds = options.number("seconds", 600);
        boolean right = true;
        for (long left = seconds; left > 0 && right; left -= 60) {
            Path directory = Files.createTempDirectory("fault-soak");
            try (FaultSoak soak = new FaultSoak(seed, directory)) {
                Report report = soak.run(Duration.ofSeconds(Math.min(left, 60)));
                System.out.println(report);
                if (!report.violations().isEmpty()) {
                    right = false;
                    report.violations().forEach(System.out::println);
                    System.out.println(soak.output());
                }
            }
            seed++;
        }
        System.exit(right ? 0 : 1);
    }
}
