package io.tidemark.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Delegates to another disk and notifies a {@link ForceMeter} of how long its forces take.
 *
 * @param disk the disk to delegate to
 * @param meter notified of each force
 * @since 0.1
 */
public record MeasuredDisk(Disk disk, ForceMeter meter) implements Disk {

    @FunctionalInterface
    private interface Force {
        void run() throws IOException;
    }

    private static void measure(ForceMeter meter, ForceMeter.Kind kind, Path path, Force force) throws IOException {
        meter.began(kind, path);
        long began = System.nanoTime();
        boolean ok = false;
        try {
            force.run();
            ok = true;
        } finally {
            meter.ended(kind, path, System.nanoTime() - began, ok);
        }
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        return new MeasuredFile(disk.create(file), meter);
    }

    @Override
    public DiskFile openForRead(Path file) throws IOException {
        return disk.openForRead(file);
    }

    @Override
    public DiskFile openForWrite(Path file) throws IOException {
        return new MeasuredFile(disk.openForWrite(file), meter);
    }

    @Override
    public FileRange mapRange(Path file, long offset, int bytes) throws IOException {
        return new MeasuredRange(file, disk.mapRange(file, offset, bytes), meter);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        disk.createDirectories(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        disk.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        disk.delete(file);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        measure(meter, ForceMeter.Kind.DIRECTORY, directory, () -> disk.forceDirectory(directory));
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        return disk.list(directory);
    }

    @Override
    public boolean exists(Path path) throws IOException {
        return disk.exists(path);
    }

    @Override
    public @Nullable FileStamp stamp(Path file) throws IOException {
        return disk.stamp(file);
    }

    @Override
    public void replace(Path file, byte[] contents) throws IOException {
        measure(meter, ForceMeter.Kind.REPLACEMENT, file, () -> disk.replace(file, contents));
    }

    @Override
    public byte[] readAll(Path file, int maxBytes) throws IOException {
        return disk.readAll(file, maxBytes);
    }

    private record MeasuredRange(Path path, FileRange range, ForceMeter meter) implements FileRange {
        @Override
        public long offset() {
            return range.offset();
        }

        @Override
        public int length() {
            return range.length();
        }

        @Override
        public void force(long offset, int bytes) throws IOException {
            measure(meter, ForceMeter.Kind.RANGE, path, () -> range.force(offset, bytes));
        }
    }

    private record MeasuredFile(DiskFile file, ForceMeter meter) implements DiskFile {
        @Override
        public Path path() {
            return file.path();
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            return file.write(source, position);
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
            measure(meter, ForceMeter.Kind.FILE, file.path(), file::force);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
