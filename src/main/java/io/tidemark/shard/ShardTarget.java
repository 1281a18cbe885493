package io.tidemark.shard;

import io.tidemark.bitcask.Bitcask;
import io.tidemark.bitcask.BitcaskSnapshot;
import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.checkpoint.CheckpointTarget;
import io.tidemark.checkpoint.ForcePostponedException;
import io.tidemark.checkpoint.ForceProgress;
import io.tidemark.disk.DiskFull;
import io.tidemark.disk.NotReplacedException;
import io.tidemark.log.CommitLog;
import io.tidemark.log.LogWork;
import io.tidemark.pressure.PressureReason;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.function.Supplier;

/** The checkpointer's target for one shard. Once entries are durable in the data files, the log may release them. */
final class ShardTarget implements CheckpointTarget {
    private final LiveStore live;
    private final CommitLog log;
    private final ShardRepair repair;
    private final ShardVolumes volumes;
    private final Supplier<Future<Void>> drain;
    private final TimeSource clock;
    private final ChangeCounter changes;
    private volatile SavePoint savePoint;
    private volatile int pacingBytes;

    ShardTarget(
            LiveStore live,
            CommitLog log,
            ShardRepair repair,
            ShardVolumes volumes,
            Supplier<Future<Void>> drain,
            TimeSource clock,
            ChangeCounter changes) {
        this.live = live;
        this.log = log;
        this.repair = repair;
        this.volumes = volumes;
        this.drain = drain;
        this.clock = clock;
        this.changes = changes;
        this.savePoint = new SavePoint(clock.now(), 0);
    }

    /**
     * What a generation makes durable.
     *
     * @param began start of the generation
     * @param changes number of changes up to its snapshot, see {@link ChangeCounter}
     */
    record SavePoint(Timestamp began, long changes) {}

    /** Bytes and files are counted at the capture: once the snapshot is durable it has no unsynced ones. */
    private record ShardSnapshot(Bitcask data, BitcaskSnapshot snapshot, long bytes, int files, SavePoint savePoint)
            implements Capture {
        @Override
        public long index() {
            return snapshot.index();
        }
    }

    @Override
    public void configured(CheckpointOptions options) {
        pacingBytes = options.getPacingBytes();
        volumes.configured(options);
    }

    @Override
    public Capture capture() {
        Timestamp began = clock.now(); // before the snapshot, which therefore has all that was applied by then
        ChangeCounter.CountedSnapshot counted = changes.snapshot(live);
        BitcaskSnapshot now = counted.snapshot();
        return new ShardSnapshot(
                counted.data(), now, now.unsyncedBytes(), now.unsyncedFiles(), new SavePoint(began, counted.changes()));
    }

    @Override
    public void force(Capture capture) throws IOException {
        ShardSnapshot snapshot = (ShardSnapshot) capture;
        volumes.ensureBookkeeping();
        try {
            snapshot.data().force(snapshot.snapshot(), pacingBytes);
        } catch (NotReplacedException e) {
            throw new ForcePostponedException(String.valueOf(e.getMessage()), e);
        }
        log.requireInPlace(); // before the mark moves and the log forgets; what has been forced stays so
    }

    @Override
    public void force(Capture capture, ForceProgress progress) throws IOException {
        ForceReporter.report(progress, () -> force(capture));
    }

    @Override
    public int dirtyFiles() {
        return live.current().snapshot().unsyncedFiles();
    }

    @Override
    public void completed(Capture capture) {
        ShardSnapshot snapshot = (ShardSnapshot) capture;
        savePoint = snapshot.savePoint();
        snapshot.data().completed(snapshot.snapshot());
        log.release(capture.index());
    }

    @Override
    public void repair(Capture failed) throws IOException {
        volumes.ensureBookkeeping();
        while (true) {
            try {
                repair.run();
                return;
            } catch (IOException diskFull) {
                // the repair needs space for new files beside the old ones; it may be called again
                if (!DiskFull.isCauseOf(diskFull) || !volumes.makeRoom(LogWork.APPLYING)) {
                    throw diskFull;
                }
            }
        }
    }

    @Override
    public Future<Void> probe(PressureReason reason) {
        return volumes.probe(reason);
    }

    /** The last successful generation; the shard's start before the first. Any thread. */
    SavePoint savePoint() {
        return savePoint;
    }

    @Override
    public Future<Void> drain() {
        return drain.get();
    }
}
