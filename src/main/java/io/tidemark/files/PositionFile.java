package io.tidemark.files;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import io.tidemark.disk.durable.StoreManifest;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

/**
 * The file {@code POSITION}: up to which position the files are durable, which files these are, and how far each counts.
 * Replaced as a whole (new file, force, rename, directory sync) after all that it names is durable. Big-endian:
 *
 * <pre>
 *    0 magic:i32 "TMPF"   4 version:i32 = 1
 *    8 position:i64
 *   16 nextId:i64         every number below it has been used
 *   24 count:i32          of files
 *   28 (id:i64 length:i64 crc32c:i32 nameLength:i8 name:ascii)*   in the order in which they were made
 *   .. crc32c:i32         of all before it
 * </pre>
 */
record PositionFile(long position, long nextId, List<Entry> files) implements StoreManifest {
    static final String NAME = "POSITION";
    private static final int MAGIC = 0x544d5046;
    private static final int VERSION = 1;
    private static final int FIXED = 28;
    private static final int ENTRY = 21;
    private static final int MAX_BYTES = 64 << 20;

    /** One file, how many of its bytes are durable, and their checksum. */
    record Entry(String name, long id, long length, int crc) {}

    @Override
    public long index() {
        return position;
    }

    @Override
    public Set<Long> fileIds() {
        return files.stream().map(Entry::id).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public void write(Disk disk, Path directory) throws IOException {
        int bytes = FIXED + 4;
        for (Entry file : files) {
            bytes += ENTRY + file.name().length();
        }
        ByteBuffer out = ByteBuffer.allocate(bytes);
        out.putInt(MAGIC).putInt(VERSION);
        out.putLong(position).putLong(nextId).putInt(files.size());
        for (Entry file : files) {
            out.putLong(file.id()).putLong(file.length()).putInt(file.crc());
            out.put((byte) file.name().length()).put(file.name().getBytes(US_ASCII));
        }
        out.putInt(crc(out, out.position()));
        disk.replace(directory.resolve(NAME), out.array());
    }

    /** @throws CorruptionException if it is not what was written */
    static PositionFile read(Disk disk, Path directory) throws IOException {
        Path path = directory.resolve(NAME);
        ByteBuffer in = ByteBuffer.wrap(disk.readAll(path, MAX_BYTES));
        int end = in.remaining() - 4;
        if (end < FIXED || in.getInt(0) != MAGIC || in.getInt(end) != crc(in, end)) {
            throw damaged(path);
        }
        if (in.getInt(4) != VERSION) {
            throw new CorruptionException(path + " has format version " + in.getInt(4) + ", expected " + VERSION);
        }
        in.limit(end).position(8);
        try {
            long position = in.getLong();
            long nextId = in.getLong();
            int count = in.getInt();
            List<Entry> files = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                long id = in.getLong();
                long length = in.getLong();
                int crc = in.getInt();
                byte[] name = new byte[in.get() & 0xff];
                in.get(name);
                files.add(new Entry(new String(name, US_ASCII), id, length, crc));
            }
            if (in.hasRemaining() || position < 0) {
                throw damaged(path);
            }
            return new PositionFile(position, nextId, List.copyOf(files));
        } catch (BufferUnderflowException ends) {
            throw damaged(path);
        }
    }

    private static CorruptionException damaged(Path path) {
        return new CorruptionException(
                "the position file " + path + " is damaged; restore the whole directory from a copy");
    }

    private static int crc(ByteBuffer bytes, int end) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().limit(end).position(0));
        return (int) crc.getValue();
    }
}
