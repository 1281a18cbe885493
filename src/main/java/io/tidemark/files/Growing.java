package io.tidemark.files;

import io.tidemark.disk.DiskFull;
import io.tidemark.disk.durable.FileSnapshot;
import io.tidemark.disk.durable.StoreDirectory;
import io.tidemark.disk.durable.StoreFile;
import io.tidemark.files.FilesSnapshot.Named;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** What is appended under one name: its sealed files and the active one. For one thread at a time. */
final class Growing {
    private final StoreDirectory home;
    private final String name;
    private final long maxFileBytes;
    private final Consumer<StoreFile> made;

    private List<Piece> sealed;
    private @Nullable StoreFile active;
    private long start;
    private long length;
    private CRC32C crc = new CRC32C();
    private boolean unfit;

    /**
     * A name's files.
     *
     * @param opened what was durable when the files were opened; counts as it is, and is not appended
     * @param made hears of each file that is made
     */
    Growing(StoreDirectory home, String name, long maxFileBytes, List<Piece> opened, Consumer<StoreFile> made) {
        this.home = home;
        this.name = name;
        this.maxFileBytes = maxFileBytes;
        this.made = made;
        this.sealed = List.copyOf(opened);
        this.start = opened.isEmpty() ? 0 : opened.get(opened.size() - 1).end();
    }

    /**
     * Writes bytes behind what counts, to the page cache. They count from {@link #count} on; until then the call may be
     * repeated, and writes to the same place, or to a new file if the disk failed otherwise than for want of room.
     *
     * @return their offset under this name
     */
    long write(List<ByteBuffer> parts) throws IOException {
        long bytes = 0;
        for (ByteBuffer part : parts) {
            bytes += part.remaining();
        }
        StoreFile file = fileFor(bytes);
        long at = length;
        for (ByteBuffer part : parts) {
            try {
                file.file().writeFully(part.duplicate(), at);
            } catch (IOException e) {
                unfit = !DiskFull.isCauseOf(e);
                throw e;
            }
            at += part.remaining();
        }
        return start + length;
    }

    /** What was written last counts. */
    void count(List<ByteBuffer> parts) {
        for (ByteBuffer part : parts) {
            length += part.remaining();
            crc.update(part.duplicate());
        }
    }

    Named state() {
        return new Named(name, sealed, active == null ? null : piece(active));
    }

    private Piece piece(StoreFile file) {
        return new Piece(name, start, new FileSnapshot(file, length), (int) crc.getValue());
    }

    /** The active file, or a new one if there is none or it would grow too large. Nothing is forced at rotation. */
    private StoreFile fileFor(long bytes) throws IOException {
        StoreFile current = active;
        if (current == null || unfit || (length > 0 && length + bytes > maxFileBytes)) {
            return rotate(current);
        }
        return current;
    }

    private StoreFile rotate(@Nullable StoreFile current) throws IOException {
        long id = home.nextId().getAndIncrement();
        Path path = home.path().resolve(Piece.fileName(name, id));
        StoreFile fresh = StoreFile.create(home, path, id, ByteBuffer.allocate(0));
        made.accept(fresh);
        if (current != null) {
            List<Piece> more = new ArrayList<>(sealed);
            more.add(piece(current));
            sealed = List.copyOf(more);
            start += length;
        }
        active = fresh;
        length = 0;
        crc = new CRC32C();
        unfit = false;
        return fresh;
    }
}
