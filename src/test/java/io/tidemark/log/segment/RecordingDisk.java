package io.tidemark.log.segment;

import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import io.tidemark.disk.FileRange;
import io.tidemark.disk.FileStamp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A disk, noting each call that changes something, and failing or shortening those that a test picks. Calls read
 * as {@code "force 0000000001.log.new"}; a file keeps the name that it was made with.
 */
final class RecordingDisk implements Disk {
    private final Disk real;
    private final List<String> calls = new ArrayList<>();
    private Predicate<String> failing = call -> false;
    private int largestWrite = Integer.MAX_VALUE;

    RecordingDisk(Disk real) {
        this.real = real;
    }

    synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    synchronized void forget() {
        calls.clear();
    }

    synchronized long count(String prefix) {
        return calls.stream().filter(call -> call.startsWith(prefix)).count();
    }

    /** Calls for which this holds throw, after they were noted. */
    synchronized void failWhen(Predicate<String> condition) {
        failing = condition;
    }

    /** Writes take at most that many bytes at a time. */
    void shortenWrites(int bytes) {
        largestWrite = bytes;
    }

    synchronized void note(String call) throws IOException {
        calls.add(call);
        if (failing.test(call)) {
            throw new IOException("injected: " + call);
        }
    }

    @Override
    public @Nullable FileStamp stamp(Path file) throws IOException {
        return real.stamp(file);
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        note("create " + file.getFileName());
        return new File(real.create(file));
    }

    @Override
    public DiskFile openForRead(Path file) throws IOException {
        return new File(real.openForRead(file));
    }

    @Override
    public DiskFile openForWrite(Path file) throws IOException {
        note("reuse " + file.getFileName());
        return new File(real.openForWrite(file));
    }

    @Override
    public FileRange mapRange(Path file, long offset, int bytes) throws IOException {
        return real.mapRange(file, offset, bytes);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        note("mkdir " + directory.getFileName());
        real.createDirectories(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        note("rename " + from.getFileName() + " " + to.getFileName());
        real.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        if (real.exists(file)) {
            note("delete " + file.getFileName());
        }
        real.delete(file);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        note("sync directory");
        real.forceDirectory(directory);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        return real.list(directory);
    }

    @Override
    public boolean exists(Path path) throws IOException {
        return real.exists(path);
    }

    private final class File implements DiskFile {
        private final DiskFile file;

        File(DiskFile file) {
            this.file = file;
        }

        @Override
        public Path path() {
            return file.path();
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            note("write " + path().getFileName());
            int limit = source.limit();
            source.limit((int) Math.min(limit, (long) source.position() + largestWrite));
            try {
                return file.write(source, position);
            } finally {
                source.limit(limit);
            }
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return file.read(target, position);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void force() throws IOException {
            note("force " + path().getFileName());
            file.force();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
