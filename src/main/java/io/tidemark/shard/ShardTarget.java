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

/** A shard as its checkpointer sees it. What has become durable is what the log may forget. */
final class ShardTarget implements CheckpointTarget {
    private final LiveStore live;
    private final CommitLog log;
    private final ShardRepair repair;
    private final ShardVolumes room;
    private final Supplier<Future<Void>> drain;
    private final TimeSource clock;
    private final ChangeCounter changes;
    private volatile Saved saved;
    private volatile int pacingBytes;

    ShardTarget(
            LiveStore live,
            CommitLog log,
            ShardRepair repair,
            ShardVolumes room,
            Supplier<Future<Void>> drain,
            TimeSource clock,
            ChangeCounter changes) {
        this.live = live;
        this.log = log;
        this.repair = repair;
        this.room = room;
        this.drain = drain;
        this.clock = clock;
        this.changes = changes;
        this.saved = new Saved(clock.now(), 0);
    }

    /**
     * What a generation has made durable.
     *
     * @param began when it began
     * @param changes all changes up to then, see {@link ChangeCounter}
     */
    record Saved(Timestamp began, long changes) {}

    /** Bytes and files are those of the moment of capture: once it is durable the snapshot has none. */
    private record ShardSnapshot(Bitcask data, BitcaskSnapshot snapshot, long bytes, int files, Saved point)
            implements Capture {
        @Override
        public long index() {
            return snapshot.index();
        }
    }

    @Override
    public void configured(CheckpointOptions options) {
        pacingBytes = options.getPacingBytes();
        room.configured(options);
    }

    @Override
    public Capture capture() {
        Timestamp began = clock.now(); // before the snapshot, which so has all that was applied by then
        ChangeCounter.Cut cut = changes.cut(live);
        BitcaskSnapshot now = cut.snapshot();
        return new ShardSnapshot(
                cut.data(), now, now.unsyncedBytes(), now.unsyncedFiles(), new Saved(began, cut.changes()));
    }

    @Override
    public void force(Capture captured) throws IOException {
        ShardSnapshot mine = (ShardSnapshot) captured;
        room.ensureBookkeeping();
        try {
            mine.data().force(mine.snapshot(), pacingBytes);
        } catch (NotReplacedException e) {
            throw new ForcePostponedException(String.valueOf(e.getMessage()), e);
        }
        log.requireInPlace(); // before the mark moves and the log forgets; what has been forced stays so
    }

    @Override
    public void force(Capture captured, ForceProgress progress) throws IOException {
        ForceReporter.report(progress, () -> force(captured));
    }

    @Override
    public int dirtyFiles() {
        return live.current().snapshot().unsyncedFiles();
    }

    @Override
    public void completed(Capture captured) {
        ShardSnapshot mine = (ShardSnapshot) captured;
        saved = mine.point();
        mine.data().completed(mine.snapshot());
        log.release(captured.index());
    }

    @Override
    public void repair(Capture failed) throws IOException {
        room.ensureBookkeeping();
        while (true) {
            try {
                repair.run();
                return;
            } catch (IOException noRoom) {
                // for what is written anew beside the old files; a repair that could not be may be called again
                if (!DiskFull.isCauseOf(noRoom) || !room.makeRoom(LogWork.APPLYING)) {
                    throw noRoom;
                }
            }
        }
    }

    @Override
    public Future<Void> probe(PressureReason reason) {
        return room.probe(reason);
    }

    /** The last generation that succeeded; the shard's start if there has been none. Any thread. */
    Saved saved() {
        return saved;
    }

    @Override
    public Future<Void> drain() {
        return drain.get();
    }
}
