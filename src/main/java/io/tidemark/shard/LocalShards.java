package io.tidemark.shard;

import io.tidemark.bitcask.Bitcask;
import io.tidemark.checkpoint.CheckpointListener;
import io.tidemark.checkpoint.CheckpointOutcome;
import io.tidemark.checkpoint.Checkpointers;
import io.tidemark.checkpoint.DirtyCounter;
import io.tidemark.checkpoint.JournalEntry;
import io.tidemark.checkpoint.SyncException;
import io.tidemark.checkpoint.SyncFailure;
import io.tidemark.checkpoint.SyncResult;
import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFull;
import io.tidemark.disk.Fence;
import io.tidemark.disk.FencedDisk;
import io.tidemark.disk.ForceMeter;
import io.tidemark.disk.MeasuredDisk;
import io.tidemark.log.LogRecovery;
import io.tidemark.log.LogWork;
import io.tidemark.log.RetryLaterException;
import io.tidemark.log.segment.SegmentLog;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureOptions;
import io.tidemark.pressure.PressureReason;
import io.tidemark.pressure.VolumeStatus;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The shards of this node, with their embedded logs and their checkpointers.
 *
 * <p>Lifecycle: {@link #open} reads every shard's data files and deploys the checkpointers; {@link #recover} replays the
 * logs, while generations already run, so that a crash during a long recovery loses no progress; {@link #close} drains, runs
 * the last generations, and closes the logs.
 *
 * <p>No shard owns a thread. Writes of all shards share one bounded pool, reads another, so that a hanging log disk delays
 * no read. These threads are never interrupted.
 */
public final class LocalShards implements Shards {
    /** A sample, a probe and a reserve file on each of two volumes may all hang. */
    private static final int DISK_THREADS = 6;

    private static final long RECOVERY_PAUSE_MS = 500;
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    private final Vertx vertx;
    private final Disk disk;
    private final Fence fence;
    private final ShardOptions options;
    private final Consumer<IOException> logFailed;
    private final ShardMeter meter;
    private final ThreadPoolExecutor writePool;
    private final ThreadPoolExecutor readPool;
    private final ThreadPoolExecutor diskPool;
    private final List<PressureCauses> causes = new ArrayList<>();
    private final List<SerialExecutor> lanes = new ArrayList<>();
    private volatile List<Shard> shards = List.of();
    private volatile @Nullable Checkpointers checkpointers;
    private volatile @Nullable DiskMonitor watch;
    private volatile boolean closing;

    /**
     * Creates shards that are not open yet; they answer {@link Result.Kind#LOADING} until {@link #recover} has completed.
     *
     * @param logFailed called on a shard's thread when a log has failed for good: the node must exit, since only a restart
     *     can find out what is in the log
     */
    public LocalShards(Vertx vertx, Disk disk, ShardOptions options, Consumer<IOException> logFailed) {
        this(vertx, disk, Fence.NONE, options, logFailed, ShardMeter.NONE);
    }

    /**
     * As the other constructor, with a fence and a meter.
     *
     * @param fence checked before a write is acknowledged, and before a file is created, replaced or removed: while it
     *     fails, committed entries wait
     * @param meter gets the shards' measurements
     */
    public LocalShards(
            Vertx vertx,
            Disk disk,
            Fence fence,
            ShardOptions options,
            Consumer<IOException> logFailed,
            ShardMeter meter) {
        this.meter = meter;
        this.vertx = vertx;
        this.disk = new FencedDisk(disk, fence);
        this.fence = fence;
        this.options = options;
        this.logFailed = logFailed;
        int count = options.directories().size();
        this.writePool = pool("tidemark-shard-", Math.min(count, Math.max(8, 4 * PROCESSORS)));
        this.readPool = pool("tidemark-read-", Math.max(2, PROCESSORS));
        this.diskPool = pool("tidemark-disk-", DISK_THREADS);
        for (int number = 0; number < count; number++) {
            lanes.add(new SerialExecutor(writePool));
            causes.add(new PressureCauses(number));
        }
    }

    /**
     * Opens every shard's data files and deploys the checkpointers.
     *
     * @return fails with {@link io.tidemark.disk.CorruptionException} if what is on disk can't be trusted
     */
    public Future<Void> open() {
        return run(diskPool, () -> new DiskMonitor(vertx, disk, options.volumes(), causes, diskPool))
                .compose(this::open);
    }

    private Future<Void> open(DiskMonitor watching) {
        watch = watching;
        List<Future<Shard>> opened = new ArrayList<>();
        for (int number = 0; number < lanes.size(); number++) {
            int shard = number;
            opened.add(run(lanes.get(number), () -> openShard(shard, watching.volumesOf(shard))));
        }
        return Future.join(opened)
                .compose(done -> {
                    List<Shard> all = done.list();
                    shards = all;
                    if (closing) { // close() may not have seen these shards; nothing on disk has changed
                        return Future.failedFuture(stopped("its data files were being opened"));
                    }
                    return Checkpointers.deploy(
                            vertx,
                            options.store(),
                            options.checkpoint(),
                            all.stream().map(Shard::target).toList(),
                            new ToShards(all));
                })
                .onSuccess(deployed -> {
                    checkpointers = deployed;
                    watching.start(shards, deployed);
                })
                .mapEmpty();
    }

    private Shard openShard(int number, ShardVolumes volumes) throws IOException {
        ShardOptions.Directories directories = options.directories().get(number);
        Bitcask data = Bitcask.open(
                new MeasuredDisk(disk, ForceReporter.INSTANCE),
                directories.data(),
                options.dataDirectoryId(),
                number,
                options.data());
        SegmentLog log = new SegmentLog(
                new MeasuredDisk(disk, new LogForces(meter)),
                directories.log(),
                options.dataDirectoryId(),
                number,
                options.log(),
                lanes.get(number),
                TimeSource.SYSTEM::epochMillis,
                host(number, volumes));
        return new Shard(
                number,
                data,
                log,
                DirtyCounter.of(vertx, options.store(), number),
                lanes.get(number),
                new SerialExecutor(readPool),
                volumes,
                causes.get(number),
                fence,
                meter,
                TimeSource.SYSTEM);
    }

    private ShardHost host(int number, ShardVolumes volumes) {
        return new ShardHost(
                vertx,
                number,
                options.directories().get(number).log(),
                volumes,
                causes.get(number),
                logFailed,
                failure -> appendFailed(number, failure));
    }

    private void appendFailed(int number, IOException failure) {
        String why = "shard " + number + ": APPEND_FAILED; a logged entry could not be applied: " + failure.getMessage()
                + "; the log keeps it. Fix the cause (if a file is damaged, restore it from a copy) and restart the node";
        shards.get(number).fail(why);
        causes.get(number).raise(PressureReason.APPEND_FAILED, PressureCauses.Place.DATA, PressureLevel.FAILED, why);
    }

    /** The checkpointers of these shards; only after {@link #open}. */
    public Checkpointers checkpointers() {
        Checkpointers deployed = checkpointers;
        if (deployed == null) {
            throw new IllegalStateException("the shards are not open");
        }
        return deployed;
    }

    /**
     * Replays every shard's log; from then on the shards serve. A shard whose disk is full waits, without a thread, and
     * continues when there is space. Fails as {@link #open} does, as soon as one shard fails; the others continue until
     * {@link #close}.
     */
    public Future<List<LogRecovery>> recover() {
        if (closing) {
            return Future.failedFuture(stopped("its logs were about to be replayed"));
        }
        List<Future<LogRecovery>> recovered = new ArrayList<>();
        for (int number = 0; number < shards.size(); number++) {
            Promise<LogRecovery> one = Promise.promise();
            recover(number, host(number, java.util.Objects.requireNonNull(watch).volumesOf(number)), false, one);
            recovered.add(one.future());
        }
        return Future.all(recovered).map(done -> done.<LogRecovery>list());
    }

    private static IllegalStateException stopped(String when) {
        return new IllegalStateException("the node was stopped while " + when);
    }

    private void recover(int number, ShardHost host, boolean waited, Promise<LogRecovery> promise) {
        run(lanes.get(number), () -> {
                    while (true) {
                        try {
                            return Optional.of(shards.get(number).recover());
                        } catch (RetryLaterException diskFull) {
                            if (!DiskFull.isCauseOf(diskFull)
                                    || (!host.volumes().makeRoom(LogWork.APPLYING)
                                            && !host.volumes().makeRoom(LogWork.WRITING))) {
                                host.appendWaits("the recovery waits", diskFull);
                                return Optional.<LogRecovery>empty();
                            }
                        }
                    }
                })
                .onSuccess(found -> {
                    if (found.isPresent()) {
                        if (waited) {
                            host.appendGoesOn();
                        }
                        promise.complete(found.get());
                    } else if (closing) {
                        promise.fail("shard " + number + ": stopped while its recovery was waiting for the disk");
                    } else {
                        vertx.setTimer(RECOVERY_PAUSE_MS, id -> recover(number, host, true, promise));
                    }
                })
                .onFailure(promise::fail);
    }

    /** Applies new pressure options to the disk monitor and to all shards at run time. */
    public Future<Void> reconfigurePressure(PressureOptions pressure) {
        Checkpointers deployed = checkpointers;
        DiskMonitor watching = watch;
        return deployed == null || watching == null
                ? Future.failedFuture(new IllegalStateException("the shards are being opened"))
                : watching.reconfigure(pressure, deployed);
    }

    /** The pressure options in effect. A copy; any thread. */
    public PressureOptions pressureOptions() {
        DiskMonitor watching = watch;
        return watching == null ? new PressureOptions() : watching.options();
    }

    @Override
    public List<VolumeStatus> volumes() {
        DiskMonitor watching = watch;
        return watching == null ? List.of() : watching.volumes();
    }

    @Override
    public int count() {
        return lanes.size();
    }

    @Override
    public void submit(int shard, List<Call> calls) {
        List<Shard> open = shards;
        if (open.isEmpty()) {
            calls.forEach(call ->
                    call.complete(new Result.Failure(Result.Kind.LOADING, "shard " + shard + " is being opened")));
        } else {
            open.get(shard).submit(calls);
        }
    }

    /** Empty while the data files are being opened. */
    @Override
    public List<ShardStatus> statuses() {
        return shards.stream().map(Shard::status).toList();
    }

    /** Status of one shard; {@code null} while the data files are being opened. Any thread. */
    public @Nullable ShardStatus status(int shard) {
        List<Shard> open = shards;
        return open.isEmpty() ? null : open.get(shard).status();
    }

    @Override
    public Future<SyncResult> sync(int shard) {
        Checkpointers deployed = checkpointers;
        return deployed == null
                ? Future.failedFuture(new SyncException(SyncFailure.UNAVAILABLE, "shard " + shard + " is being opened"))
                : deployed.syncNow(shard);
    }

    @Override
    public List<JournalEntry> journal(int shard) {
        Checkpointers deployed = checkpointers;
        return deployed == null ? List.of() : deployed.journal(shard);
    }

    @Override
    public Future<Void> syncAll() {
        Checkpointers deployed = checkpointers;
        return deployed == null
                ? Future.failedFuture(new IllegalStateException("the shards are being opened"))
                : deployed.syncNow().mapEmpty();
    }

    /** The shards that keep a shutdown from completing, each with the reason, for log lines. Any thread; never blocks. */
    public List<String> shutdownBlockers() {
        List<String> reasons = new ArrayList<>();
        for (Shard shard : shards) {
            shard.shutdownBlocker().ifPresent(reasons::add);
        }
        if (reasons.isEmpty()) {
            statuses().stream()
                    .filter(status -> status.phase() != ShardStatus.Phase.STOPPED)
                    .forEach(status -> reasons.add("shard " + status.shard() + " (its log did not close)"));
        }
        return reasons;
    }

    /**
     * Stops: pending calls are answered, every shard is forced, logs and files are closed. If a shard could not be made
     * durable, the rest is still closed, and the future fails and names the shard.
     */
    public Future<Void> close() {
        closing = true;
        DiskMonitor watching = watch;
        if (watching != null) {
            watching.stop();
        }
        Checkpointers deployed = checkpointers;
        Future<Void> forced = deployed == null ? Future.succeededFuture() : deployed.close();
        return forced.eventually(() -> {
            List<Future<Void>> closed = shards.stream().map(Shard::close).toList();
            return Future.join(closed).onComplete(done -> {
                retire(writePool);
                retire(readPool);
                retire(diskPool);
            });
        });
    }

    @Override
    public String toString() {
        return "store " + options.store() + " of " + lanes.size() + " shards";
    }

    private static <T> Future<T> run(Executor executor, Callable<T> task) {
        Promise<T> promise = Promise.promise();
        executor.execute(() -> {
            try {
                promise.complete(task.call());
            } catch (Exception | Error e) {
                promise.fail(e);
            }
        });
        return promise.future();
    }

    private static ThreadPoolExecutor pool(String prefix, int threads) {
        AtomicInteger number = new AtomicInteger();
        ThreadFactory factory = task -> {
            Thread thread = new Thread(task, prefix + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(threads, threads, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
        pool.prestartAllCoreThreads(); // a thread that can't be started later would stop a shard
        return pool;
    }

    /** Lets a pool's idle threads end. The pool is not shut down: late calls must be answered too. */
    private static void retire(ThreadPoolExecutor pool) {
        pool.allowCoreThreadTimeOut(true);
    }

    /** Measures only the fdatasyncs of a log: commands wait for no other force. */
    private record LogForces(ShardMeter meter) implements ForceMeter {
        @Override
        public void ended(Kind kind, Path path, long nanos, boolean ok) {
            if (kind == Kind.FILE) {
                meter.logForced(nanos, ok);
            }
        }
    }

    /** Passes each outcome to its shard. */
    private record ToShards(List<Shard> shards) implements CheckpointListener {
        @Override
        public void ended(CheckpointOutcome outcome) {
            shards.get(outcome.shard()).checkpointed(outcome);
        }
    }
}
