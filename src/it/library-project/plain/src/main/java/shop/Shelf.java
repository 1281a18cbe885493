package shop;

import io.tidemark.checkpoint.CheckpointTarget;
import io.tidemark.checkpoint.DirtyCounter;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A shard over one plain file. */
final class Shelf implements CheckpointTarget {
    record Snapshot(long index, long bytes, int files) implements Capture {}

    private final FileChannel channel;
    private final DirtyCounter dirty;
    private volatile Snapshot applied = new Snapshot(0, 0, 1);
    volatile long durable;
    volatile boolean failForce;
    private boolean drained;

    Shelf(Path file, DirtyCounter dirty) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        this.dirty = dirty;
    }

    synchronized long put(byte[] record) throws IOException {
        if (drained) {
            throw new IOException("closed");
        }
        ByteBuffer bytes = ByteBuffer.wrap(record);
        Snapshot before = applied;
        while (bytes.hasRemaining()) {
            channel.write(bytes, before.bytes() + bytes.position());
        }
        applied = new Snapshot(before.index() + 1, before.bytes() + record.length, 1);
        dirty.mark(before.index() + 1, record.length);
        return before.index() + 1;
    }

    @Override
    public Capture capture() {
        return applied;
    }

    @Override
    public void force(Capture captured) throws IOException {
        if (failForce) {
            throw new IOException("injected failure");
        }
        channel.force(false);
        durable = captured.index();
    }

    @Override
    public void completed(Capture captured) {}

    @Override
    public synchronized Future<Void> drain() {
        drained = true;
        return Future.succeededFuture();
    }
}
