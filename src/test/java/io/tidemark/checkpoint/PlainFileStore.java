package io.tidemark.checkpoint;

import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A store over one real file, as a library user might write it. */
final class PlainFileStore implements CheckpointTarget, AutoCloseable {
    record Position(long index, long bytes, int files) implements Capture {}

    @FunctionalInterface
    interface Write {
        void run() throws IOException;
    }

    /** Calls of {@link #capture}, {@link #force} and {@link #completed}. */
    final AtomicInteger calls = new AtomicInteger();

    final AtomicInteger forces = new AtomicInteger();
    /** A force waits for it. */
    volatile CountDownLatch gate = new CountDownLatch(0);
    /** How long a force takes, as on a slow disk. */
    volatile long forceMillis;
    /** Runs during a force. */
    volatile Write meanwhile = () -> {};
    /** Whether {@link #drain} keeps later writes out. */
    volatile boolean drains;

    volatile boolean broken;
    volatile long durable;
    private final DiskFile file;
    private long length;
    private boolean drained;
    private volatile Position published = new Position(0, 0, 0);

    PlainFileStore(Path path) throws IOException {
        file = Disk.real().create(path);
    }

    /** Appends a record and marks it; its index, or -1 if the store has been drained. */
    synchronized long write(DirtyCounter dirty) throws IOException {
        long index = writeUnmarked();
        if (index >= 0) {
            dirty.mark(index, 100);
        }
        return index;
    }

    /** Appends a record without a mark. */
    synchronized long writeUnmarked() throws IOException {
        if (drained) {
            return -1;
        }
        file.writeFully(ByteBuffer.wrap(new byte[100]), length);
        length += 100;
        published = new Position(published.index() + 1, length, 1);
        return published.index();
    }

    /** Last index written. */
    long written() {
        return published.index();
    }

    /** Fails if the writer's channel has been closed, for example by an interrupt. */
    void requireOpen() throws IOException {
        file.size();
    }

    @Override
    public Capture capture() {
        calls.incrementAndGet();
        return published;
    }

    @Override
    public void force(Capture captured) throws IOException {
        calls.incrementAndGet();
        if (captured.index() == durable) {
            return;
        }
        forces.incrementAndGet();
        try {
            gate.await();
            TimeUnit.MILLISECONDS.sleep(forceMillis);
        } catch (InterruptedException e) {
            throw new IOException("interrupted inside force", e);
        }
        meanwhile.run();
        if (broken) {
            throw new IOException("Input/output error");
        }
        file.force();
        durable = captured.index();
    }

    @Override
    public void completed(Capture captured) {
        calls.incrementAndGet();
    }

    @Override
    public synchronized Future<Void> drain() {
        drained = drains;
        return Future.succeededFuture();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
