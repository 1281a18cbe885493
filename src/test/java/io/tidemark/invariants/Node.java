package io.tidemark.invariants;

import io.tidemark.bitcask.BitcaskOptions;
import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.checkpoint.JournalEntry;
import io.tidemark.disk.Disk;
import io.tidemark.disk.Fence;
import io.tidemark.log.LogRecovery;
import io.tidemark.log.segment.SegmentLogOptions;
import io.tidemark.pressure.PressureEvent;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureOptions;
import io.tidemark.pressure.VolumeStatus;
import io.tidemark.shard.Call;
import io.tidemark.shard.Command;
import io.tidemark.shard.LocalShards;
import io.tidemark.shard.Result;
import io.tidemark.shard.ShardMeter;
import io.tidemark.shard.ShardOptions;
import io.tidemark.shard.ShardStatus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The shards of a node on a disk of the test's choice: everything real but the disk and the RESP server. */
final class Node implements AutoCloseable {
    static final Path ROOT = Path.of("/data");
    static final UUID ID = new UUID(1, 2);

    final BlockingQueue<IOException> logFailures = new LinkedBlockingQueue<>();

    /** Every change of pressure that was published, as "SHED LOW_SPACE" and the like, by shard. */
    final List<List<String>> pressures = List.of(new CopyOnWriteArrayList<>(), new CopyOnWriteArrayList<>());

    List<LogRecovery> recovered = List.of();
    private final Vertx vertx = Vertx.vertx();
    private final LocalShards shards;
    private Future<List<LogRecovery>> recovery = Future.failedFuture("not begun");

    /** Opens and recovers two shards. */
    Node(Disk disk, CheckpointOptions checkpoint) throws Exception {
        this(disk, checkpoint, null);
        recovered();
    }

    private Node(Disk disk, CheckpointOptions checkpoint, ShardOptions.@Nullable Volumes volumes) throws Exception {
        this(disk, checkpoint, volumes, Fence.NONE);
    }

    private Node(Disk disk, CheckpointOptions checkpoint, ShardOptions.@Nullable Volumes volumes, Fence fence)
            throws Exception {
        shards = new LocalShards(vertx, disk, fence, options(checkpoint, volumes), logFailures::add, ShardMeter.NONE);
        vertx.eventBus().<JsonObject>localConsumer(PressureEvent.ADDRESS, event -> pressures
                .get(event.body().getInteger("shard"))
                .add(event.body().getString("level") + " " + event.body().getString("reason")));
        try {
            await(shards.open());
            if (volumes == null) {
                reconfigure(new PressureOptions().setDwellMs(10));
            }
            recovery = shards.recover();
        } catch (Exception refused) {
            await(vertx.close());
            throw refused;
        }
    }

    static ShardOptions options(CheckpointOptions checkpoint, ShardOptions.@Nullable Volumes volumes) {
        return new ShardOptions(
                "main",
                ID,
                List.of(directories(0, volumes), directories(1, volumes)),
                checkpoint,
                new SegmentLogOptions(volumes == null ? SegmentLogOptions.MIN_SEGMENT_BYTES : 64 << 10),
                new BitcaskOptions(4_096),
                volumes);
    }

    /** Waits for the end of the recovery. */
    Node recovered() throws Exception {
        try {
            recovered = await(recovery);
            return this;
        } catch (Exception refused) {
            await(vertx.close());
            throw refused;
        }
    }

    boolean isRecovered() {
        return recovery.succeeded();
    }

    /** Nothing is forced but on request. */
    static Node quiet(Disk disk) throws Exception {
        return new Node(disk, quietly());
    }

    /** As {@link #quiet}, in directories that another process may take. */
    static Node fenced(Disk disk, Fence fence) throws Exception {
        return new Node(disk, quietly(), null, fence).recovered();
    }

    /** As {@link #quiet}, not waiting for the recovery. */
    static Node starting(Disk disk) throws Exception {
        return new Node(disk, quietly(), null);
    }

    /** As {@link #quiet}, its room watched, all of it on one volume; not waiting for the recovery. */
    static Node watched(Disk disk, PressureOptions pressure) throws Exception {
        return watched(disk, quietly(), pressure);
    }

    static Node watched(Disk disk, CheckpointOptions checkpoint, PressureOptions pressure) throws Exception {
        return new Node(disk, checkpoint, new ShardOptions.Volumes(ROOT, ROOT, pressure));
    }

    /** The same with the logs on a volume of their own. */
    static Node watched(Disk disk, Path log, PressureOptions pressure) throws Exception {
        return new Node(disk, quietly(), new ShardOptions.Volumes(ROOT, log, pressure));
    }

    static CheckpointOptions quietly() {
        return new CheckpointOptions().setIntervalMs(3_600_000).setMaxDelayMs(3_600_000);
    }

    private static ShardOptions.Directories directories(int shard, ShardOptions.@Nullable Volumes volumes) {
        Path log = volumes == null || volumes.log().equals(ROOT)
                ? log(shard)
                : volumes.log().resolve("shard-" + shard);
        return new ShardOptions.Directories(data(shard), log);
    }

    static Path data(int shard) {
        return ROOT.resolve("shard-" + shard).resolve("data");
    }

    static Path log(int shard) {
        return ROOT.resolve("shard-" + shard).resolve("log");
    }

    static <T> T await(Future<T> future) throws Exception {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw failed;
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Holds a disk operation until it may go on. */
    static void hold(CountDownLatch until) {
        try {
            until.await();
        } catch (InterruptedException e) {
            throw new AssertionError("a thread inside a disk operation was interrupted", e);
        }
    }

    /** Submits one command; completes with the answer. */
    CompletableFuture<Result> submit(int shard, Command command) {
        return submit(shard, List.of(command)).get(0);
    }

    /** Submits several commands at once; each completes with its answer. */
    List<CompletableFuture<Result>> submit(int shard, List<Command> commands) {
        List<CompletableFuture<Result>> answers = new ArrayList<>();
        List<Call> calls = new ArrayList<>();
        for (Command command : commands) {
            CompletableFuture<Result> answer = new CompletableFuture<>();
            answers.add(answer);
            calls.add(new Call() {
                @Override
                public Command command() {
                    return command;
                }

                @Override
                public void complete(Result result) {
                    answer.complete(result);
                }
            });
        }
        shards.submit(shard, calls);
        return answers;
    }

    Result call(int shard, Command command) throws Exception {
        return submit(shard, command).get(20, TimeUnit.SECONDS);
    }

    Result set(int shard, String key, String value) throws Exception {
        return call(shard, new Command.Set(bytes(key), bytes(value)));
    }

    /** The value as text, "(none)" if the key is not there, the failure's text if it can't be read. */
    String get(int shard, String key) throws Exception {
        Result result = call(shard, new Command.Get(bytes(key)));
        if (result instanceof Result.Value value) {
            byte[] found = value.bytes();
            return found == null ? "(none)" : new String(found, StandardCharsets.UTF_8);
        }
        return String.valueOf(result);
    }

    /** Waits until something holds; a test's own time limit ends it. */
    static void until(Callable<Boolean> holds) throws Exception {
        while (!holds.call()) {
            Thread.sleep(1);
        }
    }

    /** Waits until a shard is under that much pressure, as everybody sees it. */
    void awaitLevel(int shard, PressureLevel level) throws Exception {
        until(() -> status(shard).level() == level
                && (pressures.get(shard).isEmpty()
                        || pressures
                                .get(shard)
                                .get(pressures.get(shard).size() - 1)
                                .startsWith(level.name())));
    }

    void reconfigure(PressureOptions pressure) throws Exception {
        await(shards.reconfigurePressure(pressure));
    }

    List<VolumeStatus> volumes() {
        return shards.volumes();
    }

    ShardStatus status(int shard) {
        return shards.statuses().get(shard);
    }

    /** Waits until a failed generation has been reported, which happens after its pressure was raised. */
    void awaitFailedGeneration(int shard) throws InterruptedException {
        while (shards.journal(shard).stream()
                .noneMatch(entry -> entry instanceof JournalEntry.Generation generation
                        && generation.outcome().error() != null)) {
            Thread.sleep(1);
        }
    }

    void sync() throws Exception {
        await(shards.syncAll());
    }

    Future<Void> syncLater() {
        return shards.syncAll();
    }

    /** Stops in order. */
    void stop() throws Exception {
        await(shards.close());
    }

    /** Begins to stop in order. */
    Future<Void> stopLater() {
        return shards.close();
    }

    /** Waits for the end of a stop. */
    void stopped(Future<Void> stop) throws Exception {
        await(stop);
    }

    /** What keeps a stop from its end. */
    List<String> shutdownBlockers() {
        return shards.shutdownBlockers();
    }

    /** Runs something again and again, on an event loop. */
    void every(long millis, Runnable task) {
        vertx.setPeriodic(millis, timer -> task.run());
    }

    /** Runs something on an event loop of this node's. */
    void onEventLoop(Runnable task) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        vertx.runOnContext(nothing -> {
            task.run();
            done.complete(null);
        });
        done.get(20, TimeUnit.SECONDS);
    }

    /** Ends the process's threads; what is on disk stays as it is, or is forced if the disk still works. */
    @Override
    public void close() {
        try {
            await(shards.close().otherwiseEmpty());
            await(vertx.close());
        } catch (Exception e) {
            throw new AssertionError("the node did not end", e);
        }
    }
}
