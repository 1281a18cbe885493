package io.tidemark.it;

import io.tidemark.checkpoint.CheckpointTarget;
import io.tidemark.checkpoint.DirtyCounter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A store over one plain file, made at its first record, as the library's users have them; it keeps no position. One writer
 * at a time.
 */
final class AppendedFile implements CheckpointTarget, AutoCloseable {

    /** What has been appended by a moment. */
    record Position(long index, long length, int files) implements Capture {
        @Override
        public long bytes() {
            return length;
        }
    }

    private final Path path;
    private volatile @Nullable FileChannel channel;
    private volatile Position applied = new Position(0, 0, 0);
    private volatile long durableIndex;
    private volatile boolean broken;

    AppendedFile(Path path) {
        this.path = path;
    }

    /** Appends a record to the page cache and marks it; its index. */
    synchronized long append(byte[] record, DirtyCounter dirty) throws IOException {
        FileChannel out = channel;
        if (out == null) {
            out = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            channel = out;
        }
        ByteBuffer bytes = ByteBuffer.wrap(record);
        Position before = applied;
        while (bytes.hasRemaining()) {
            out.write(bytes, before.length() + bytes.position());
        }
        applied = new Position(before.index() + 1, before.length() + record.length, 1);
        dirty.mark(before.index() + 1, record.length);
        return before.index() + 1;
    }

    long durableIndex() {
        return durableIndex;
    }

    /** From now on every force fails. */
    void breakDisk() {
        broken = true;
    }

    @Override
    public Capture capture() {
        return applied;
    }

    @Override
    public void force(Capture captured) throws IOException {
        FileChannel written = channel;
        if (broken) {
            throw new IOException("Input/output error");
        }
        if (written != null && captured.index() > durableIndex) {
            written.force(false);
            durableIndex = captured.index();
        }
    }

    @Override
    public void completed(Capture captured) {}

    @Override
    public void close() throws IOException {
        FileChannel open = channel;
        if (open != null) {
            open.close();
        }
    }
}
