package io.tidemark.shard;

import io.tidemark.bitcask.Bitcask;
import io.tidemark.bitcask.BitcaskOptions;
import io.tidemark.checkpoint.CheckpointOutcome;
import io.tidemark.checkpoint.CheckpointTarget;
import io.tidemark.checkpoint.DirtyCounter;
import io.tidemark.disk.Disk;
import io.tidemark.disk.Fence;
import io.tidemark.log.CommitLog;
import io.tidemark.log.LogApplier;
import io.tidemark.log.LogBatch;
import io.tidemark.log.LogEntry;
import io.tidemark.log.LogHost;
import io.tidemark.log.LogRecovery;
import io.tidemark.log.segment.SegmentLog;
import io.tidemark.log.segment.SegmentLogOptions;
import io.tidemark.pressure.PressureOptions;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** A real shard, put together as {@link LocalShards} does it, on a test's executor and clock; for other packages' tests. */
public final class ShardFromParts {

    /** What the shard's world is. */
    public interface World {
        /** Runs the log's tasks, one at a time. */
        Executor lane();

        /** Puts a task in the same lane; for callers that wait until it has ended. */
        default Executor awaitedLane() {
            return lane();
        }

        /** Milliseconds since 1970. */
        LongSupplier epochMillis();

        /** Both clocks. */
        default TimeSource clock() {
            return new TimeSource() {
                @Override
                public long nanoTime() {
                    return System.nanoTime();
                }

                @Override
                public long epochMillis() {
                    return World.this.epochMillis().getAsLong();
                }
            };
        }

        /** The log failed for good. */
        void logFailed(IOException failure);

        /** A durable entry could not be applied. */
        void applyFailed(IOException failure);

        /** The log has been given a batch; the list of its calls grows until the log closes it. */
        void appended(List<Call> calls);
    }

    private static final UUID ID = new UUID(1, 2);

    private final int number;
    private final CommitLog log;
    private final Shard shard;

    /**
     * Opens the data files; see {@link Bitcask#open}.
     *
     * @param directory holds {@code data} and {@code log}; its parent must exist
     */
    public ShardFromParts(int number, Disk disk, Path directory, BitcaskOptions files, DirtyCounter dirty, World world)
            throws IOException {
        this.number = number;
        Bitcask data = Bitcask.open(disk, directory.resolve("data"), ID, number, files);
        log = new Recorded(
                new SegmentLog(
                        disk,
                        directory.resolve("log"),
                        ID,
                        number,
                        new SegmentLogOptions(
                                SegmentLogOptions.MIN_SEGMENT_BYTES, 4_096 * (number % 2), 2 * (number % 2)),
                        world.lane(),
                        world.epochMillis(),
                        toWorld(world)),
                world::appended);
        ShardVolumes volumes = new ShardVolumes(null, null, () -> PressureOptions.DEFAULT_DWELL_MS);
        PressureCauses causes = new PressureCauses(number);
        shard = new Shard(
                number,
                data,
                log,
                dirty,
                world.awaitedLane(),
                Runnable::run,
                volumes,
                causes,
                Fence.NONE,
                ShardMeter.NONE,
                world.clock());
    }

    /** Without a timer: an append to a full disk fails. */
    private static LogHost toWorld(World world) {
        return new LogHost() {
            @Override
            public void failed(IOException cause) {
                world.logFailed(cause);
            }

            @Override
            public void applyFailed(IOException cause) {
                world.applyFailed(cause);
            }
        };
    }

    /** See {@link Shard#recover}. */
    public LogRecovery recover() throws IOException {
        return shard.recover();
    }

    /** What its checkpointer forces. */
    public CheckpointTarget target() {
        return shard.target();
    }

    /** See {@link Shards#submit}. */
    public void submit(List<Call> calls) {
        shard.submit(calls);
    }

    /** The disk monitor has sampled, at that time. */
    public void watched(long nowNanos) {
        shard.watchQueue(nowNanos);
    }

    /** A generation has ended. */
    public void checkpointed(CheckpointOutcome outcome) {
        shard.checkpointed(outcome);
    }

    /** Takes the shard out of service until it is opened again. */
    public void fail(String why) {
        shard.fail(why);
    }

    /** Closes log and files. */
    public Future<Void> close() {
        return shard.close();
    }

    /** Its state. */
    public ShardStatus status() {
        return shard.status();
    }

    /** The store that it serves from. */
    public Bitcask data() {
        return shard.live();
    }

    /** Its log. */
    public CommitLog log() {
        return log;
    }

    @Override
    public String toString() {
        return "shard " + number;
    }

    /** The log, with a callback for each batch in the order of the appends. */
    private record Recorded(CommitLog log, Consumer<List<Call>> appended) implements CommitLog {
        @Override
        public LogRecovery open(long durableIndex, LogApplier applier) throws IOException {
            return log.open(durableIndex, applier);
        }

        @Override
        public void append(LogBatch batch) {
            appended.accept(((WriteBatch) batch).calls());
            log.append(batch);
        }

        @Override
        public void release(long durableIndex) {
            log.release(durableIndex);
        }

        @Override
        public void requireInPlace() throws IOException {
            log.requireInPlace();
        }

        @Override
        public void read(long from, long to, Consumer<LogEntry> sink) throws IOException {
            log.read(from, to, sink);
        }

        @Override
        public long lastIndex() {
            return log.lastIndex();
        }

        @Override
        public long releasedIndex() {
            return log.releasedIndex();
        }

        @Override
        public long retainedBytes() {
            return log.retainedBytes();
        }

        @Override
        public Future<Void> close() {
            return log.close();
        }
    }
}
