package io.tidemark.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A descriptor of a {@link FaultyDisk}. */
final class FaultyFile implements DiskFile {
    private final FaultyDisk disk;
    private final Path given;
    private final Path path;
    private final MemoryFile file;
    private final boolean writable;
    private final WriteBackErrors errors;
    private boolean closed;

    FaultyFile(FaultyDisk disk, Path given, Path path, MemoryFile file, boolean writable) {
        this.disk = disk;
        this.given = given;
        this.path = path;
        this.file = file;
        this.writable = writable;
        this.errors = new WriteBackErrors(disk, path, file);
    }

    MemoryFile file() {
        return file;
    }

    @Override
    public Path path() {
        return given;
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
        if (!writable) {
            throw new NonWritableChannelException();
        }
        requirePosition(position);
        disk.faults().runHooks(Operation.WRITE, path);
        synchronized (disk.lock()) {
            int asked = source.remaining();
            int written;
            try {
                requireOpen();
                written = writeSome(source, position);
            } catch (IOException e) {
                disk.record(Operation.WRITE, path, null, position, 0, OperationRecord.Outcome.FAILED);
                throw e;
            }
            disk.record(
                    Operation.WRITE,
                    path,
                    null,
                    position,
                    written,
                    written < asked ? OperationRecord.Outcome.SHORT : OperationRecord.Outcome.OK);
            return written;
        }
    }

    private int writeSome(ByteBuffer source, long position) throws IOException {
        FaultOrder order = disk.faults().strike(Operation.WRITE, path, null);
        int count = source.remaining();
        if (order != null) {
            if (order.effect() == FaultOrder.Effect.FAIL) {
                throw new IOException(order.message());
            }
            count = disk.faults().shorten(count);
        }
        if (position + count > Integer.MAX_VALUE - 8) {
            throw new IOException("File too large");
        }
        int fits = disk.room(file, (int) position, count);
        if (fits == 0 && count > 0) {
            throw new IOException(Faults.NO_SPACE);
        }
        file.write(source, (int) position, fits);
        return fits;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        requirePosition(position);
        return simple(Operation.READ, position, () -> file.read(target, position));
    }

    @Override
    public long size() throws IOException {
        return simple(Operation.SIZE, 0, file::length);
    }

    @Override
    public void force() throws IOException {
        MemoryFile.WriteBack found;
        synchronized (disk.lock()) {
            requireOpen();
            found = file.beginForce();
        }
        disk.faults().runHooks(Operation.FORCE, path);
        synchronized (disk.lock()) {
            OperationRecord.Outcome outcome = OperationRecord.Outcome.FAILED;
            try {
                requireOpen();
                errors.finish(Operation.FORCE, found);
                outcome = OperationRecord.Outcome.OK;
            } finally {
                disk.record(Operation.FORCE, path, null, 0, found.lengthBytes(), outcome);
            }
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (disk.lock()) {
            if (!closed) {
                closed = true;
                disk.closed(this);
                disk.record(Operation.CLOSE, path, null, 0, 0, OperationRecord.Outcome.OK);
            }
        }
    }

    @Override
    public String toString() {
        return "FaultyFile[" + path + "]";
    }

    private interface Measure {
        int take() throws IOException;
    }

    private int simple(Operation operation, long position, Measure measure) throws IOException {
        disk.faults().runHooks(operation, path);
        synchronized (disk.lock()) {
            int taken;
            try {
                requireOpen();
                @Nullable FaultOrder order = disk.faults().strike(operation, path, null);
                if (order != null) {
                    throw new IOException(order.message());
                }
                taken = measure.take();
            } catch (IOException e) {
                disk.record(operation, path, null, position, 0, OperationRecord.Outcome.FAILED);
                throw e;
            }
            int bytes = operation == Operation.READ ? Math.max(0, taken) : 0;
            disk.record(operation, path, null, position, bytes, OperationRecord.Outcome.OK);
            return taken;
        }
    }

    private void requireOpen() throws IOException {
        disk.requirePower(path);
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    private static void requirePosition(long position) {
        if (position < 0) {
            throw new IllegalArgumentException("position " + position + " is negative");
        }
    }
}
