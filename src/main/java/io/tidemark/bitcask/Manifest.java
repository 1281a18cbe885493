package io.tidemark.bitcask;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import io.tidemark.disk.durable.StoreManifest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

/**
 * The file {@code CHECKPOINT}: the durable index, the data files, and the durable length of each. Replaced as a whole (new
 * file, force, rename, directory sync) after all that it lists is durable. Big-endian:
 *
 * <pre>
 *    0 magic:i32 "TMCP"   4 version:i32 = 1   8 directory:16   24 shard:i32
 *   28 count:i32          of files
 *   32 index:i64          durable index
 *   40 term:i64           its term
 *   48 nextId:i64         every lower number has been used
 *   56 (id:i64 length:i64)*
 *   .. crc32c:i32         of all bytes before it
 * </pre>
 */
record Manifest(StoreIdentity owner, long index, long term, long nextId, List<Entry> files) implements StoreManifest {
    static final String NAME = "CHECKPOINT";
    private static final int MAGIC = 0x544d4350;
    private static final int VERSION = 1;
    private static final int FIXED = 56;
    private static final int MAX_BYTES = 64 << 20;

    /** One data file and how many of its bytes are durable. */
    record Entry(long id, long length) {}

    /** Numbers of the listed files. */
    @Override
    public Set<Long> fileIds() {
        return files.stream().map(Entry::id).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public void write(Disk disk, Path directory) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(FIXED + 16 * files.size() + 4);
        out.putInt(MAGIC).putInt(VERSION);
        out.putLong(owner.directory().getMostSignificantBits());
        out.putLong(owner.directory().getLeastSignificantBits());
        out.putInt(owner.shard()).putInt(files.size());
        out.putLong(index).putLong(term).putLong(nextId);
        for (Entry file : files) {
            out.putLong(file.id()).putLong(file.length());
        }
        out.putInt(crc(out, out.position()));
        disk.replace(directory.resolve(NAME), out.array());
    }

    static Manifest read(Disk disk, Path directory, StoreIdentity expected) throws IOException {
        Path path = directory.resolve(NAME);
        ByteBuffer in = ByteBuffer.wrap(disk.readAll(path, MAX_BYTES));
        int length = in.remaining();
        if (length < FIXED + 4 || in.getInt(0) != MAGIC || in.getInt(length - 4) != crc(in, length - 4)) {
            throw new CorruptionException(
                    "the manifest " + path + " is damaged; restore the data directory from a copy");
        }
        if (in.getInt(4) != VERSION) {
            throw new CorruptionException(path + " has format version " + in.getInt(4) + ", expected " + VERSION);
        }
        expected.check(new UUID(in.getLong(8), in.getLong(16)), in.getInt(24), path);
        int count = in.getInt(28);
        if (count < 0 || length != FIXED + 16L * count + 4) {
            throw new CorruptionException(
                    "the manifest " + path + " lists " + count + " files in " + length + " bytes");
        }
        List<Entry> files = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            files.add(new Entry(in.getLong(FIXED + 16 * i), in.getLong(FIXED + 16 * i + 8)));
        }
        return new Manifest(expected, in.getLong(32), in.getLong(40), in.getLong(48), List.copyOf(files));
    }

    private static int crc(ByteBuffer bytes, int end) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().limit(end).position(0));
        return (int) crc.getValue();
    }
}
