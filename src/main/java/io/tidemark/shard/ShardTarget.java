package io.tidemark.shard;

import io.tidemark.bitcask.Bitcask;
import io.tidemark.bitcask.BitcaskSnapshot;
import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.checkpoint.CheckpointTarget;
import io.tidemark.checkpoint.ForceProgress;
import io.tidemark.disk.DiskFull;
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
    private final ShardRoom room;
    private final Supplier<Future<Void>> drain;
    private final TimeSource clock;
    private volatile Moment lastSaved;
    private volatile int pacingBytes;

    ShardTarget(
            LiveStore live,
            CommitLog log,
            ShardRepair repair,
            ShardRoom room,
            Supplier<Future<Void>> drain,
            TimeSource clock) {
        this.live = live;
        this.log = log;
        this.repair = repair;
        this.room = room;
        this.drain = drain;
        this.clock = clock;
        this.lastSaved = clock.now();
    }

    /** Bytes and files are those of the moment of capture: once it is durable the snapshot has none. */
    private record ShardCapture(Bitcask data, BitcaskSnapshot snapshot, long bytes, int files, Moment began)
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
        Moment began = clock.now(); // before the snapshot, which so has all that was applied by then
        Bitcask data = live.current();
        BitcaskSnapshot now = data.snapshot();
        return new ShardCapture(data, now, now.unsyncedBytes(), now.unsyncedFiles(), began);
    }

    @Override
    public void force(Capture captured) throws IOException {
        ShardCapture mine = (ShardCapture) captured;
        room.ensureBookkeeping();
        mine.data().force(mine.snapshot(), pacingBytes);
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
        ShardCapture mine = (ShardCapture) captured;
        lastSaved = mine.began();
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

    /** When the last generation began that made all of the shard durable; its start if there has been none. Any thread. */
    Moment lastSaved() {
        return lastSaved;
    }

    @Override
    public Future<Void> drain() {
        return drain.get();
    }
}
