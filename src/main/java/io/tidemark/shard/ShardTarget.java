package io.tidemark.shard;

import io.tidemark.bitcask.Bitcask;
import io.tidemark.bitcask.BitcaskSnapshot;
import io.tidemark.checkpoint.CheckpointTarget;
import io.tidemark.checkpoint.ForceProgress;
import io.tidemark.log.CommitLog;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.function.Supplier;

/** A shard as its checkpointer sees it. What has become durable is what the log may forget. */
final class ShardTarget implements CheckpointTarget {
    private final Bitcask data;
    private final CommitLog log;
    private final Supplier<Future<Void>> drain;

    ShardTarget(Bitcask data, CommitLog log, Supplier<Future<Void>> drain) {
        this.data = data;
        this.log = log;
        this.drain = drain;
    }

    /** Bytes and files are those of the moment of capture: once it is durable the snapshot has none. */
    private record ShardCapture(BitcaskSnapshot snapshot, long bytes, int files) implements Capture {
        @Override
        public long index() {
            return snapshot.index();
        }
    }

    @Override
    public Capture capture() {
        BitcaskSnapshot now = data.snapshot();
        return new ShardCapture(now, now.unsyncedBytes(), now.unsyncedFiles());
    }

    @Override
    public void force(Capture captured) throws IOException {
        data.force(((ShardCapture) captured).snapshot());
    }

    @Override
    public void force(Capture captured, ForceProgress progress) throws IOException {
        ForceReporter.report(progress, () -> force(captured));
    }

    @Override
    public int dirtyFiles() {
        return data.snapshot().unsyncedFiles();
    }

    @Override
    public void completed(Capture captured) {
        data.completed(((ShardCapture) captured).snapshot());
        log.release(captured.index());
    }

    @Override
    public Future<Void> drain() {
        return drain.get();
    }
}
