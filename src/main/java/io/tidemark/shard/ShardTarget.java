package io.tidemark.shard;

import io.tidemark.bitcask.Bitcask;
import io.tidemark.bitcask.BitcaskSnapshot;
import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.checkpoint.CheckpointTarget;
import io.tidemark.log.CommitLog;
import io.tidemark.pressure.PressureReason;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.function.Supplier;

/** A shard as its checkpointer sees it. What has become durable is what the log may forget. */
final class ShardTarget implements CheckpointTarget {
    private final Bitcask data;
    private final CommitLog log;
    private final ShardRoom room;
    private final Supplier<Future<Void>> drain;

    ShardTarget(Bitcask data, CommitLog log, ShardRoom room, Supplier<Future<Void>> drain) {
        this.data = data;
        this.log = log;
        this.room = room;
        this.drain = drain;
    }

    private record ShardCapture(BitcaskSnapshot snapshot) implements Capture {
        @Override
        public long index() {
            return snapshot.index();
        }

        @Override
        public long bytes() {
            return snapshot.unsyncedBytes();
        }

        @Override
        public int files() {
            return snapshot.unsyncedFiles();
        }
    }

    @Override
    public void configured(CheckpointOptions options) {
        room.configured(options);
    }

    @Override
    public Capture capture() {
        return new ShardCapture(data.snapshot());
    }

    @Override
    public void force(Capture captured) throws IOException {
        room.ensureBookkeeping();
        data.force(((ShardCapture) captured).snapshot());
    }

    @Override
    public void completed(Capture captured) {
        data.completed(((ShardCapture) captured).snapshot());
        log.release(captured.index());
    }

    @Override
    public Future<Void> probe(PressureReason reason) {
        return room.probe(reason);
    }

    @Override
    public Future<Void> drain() {
        return drain.get();
    }
}
