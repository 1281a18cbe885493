package io.tidemark.checkpoint;

import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A store over one real file, as a library user might write it. */
final class PlainFileStore implements CheckpointTarget, AutoCloseable {
    record Cut(long index, long bytes, int files) implements Capture {}

    final AtomicInteger forces = new AtomicInteger();
    volatile CountDownLatch gate = new CountDownLatch(0);
    volatile boolean broken;
    volatile long durable;
    private final DiskFile file;
    private long length;
    private volatile Cut published = new Cut(0, 0, 0);

    PlainFileStore(Path path) throws IOException {
        file = Disk.real().create(path);
    }

    synchronized long write(DirtyCounter dirty) throws IOException {
        file.writeFully(ByteBuffer.wrap(new byte[100]), length);
        length += 100;
        Cut cut = new Cut(published.index() + 1, length, 1);
        published = cut;
        dirty.mark(cut.index(), 100);
        return cut.index();
    }

    @Override
    public Capture capture() {
        return published;
    }

    @Override
    public void force(Capture captured) throws IOException {
        if (captured.index() == durable) {
            return;
        }
        forces.incrementAndGet();
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new IOException("interrupted inside force", e);
        }
        if (broken) {
            throw new IOException("Input/output error");
        }
        file.force();
        durable = captured.index();
    }

    @Override
    public void completed(Capture captured) {}

    @Override
    public void close() throws IOException {
        file.close();
    }
}
