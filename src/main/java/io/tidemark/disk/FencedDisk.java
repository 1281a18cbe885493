package io.tidemark.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Another disk that asks a {@link Fence} before each step that makes, renames, replaces or removes a file or directory. Whoever
 * has lost a directory replaces no manifest, begins no file and removes none.
 *
 * <p>Writes to files that are open already are not held back: they go behind what a manifest or a log's next header lists, where
 * they count for nothing.
 *
 * @param disk does the work
 * @param fence is asked first
 */
public record FencedDisk(Disk disk, Fence fence) implements Disk {

    @Override
    public DiskFile create(Path file) throws IOException {
        fence.check();
        return disk.create(file);
    }

    @Override
    public DiskFile openForRead(Path file) throws IOException {
        return disk.openForRead(file);
    }

    @Override
    public DiskFile openForWrite(Path file) throws IOException {
        fence.check();
        return disk.openForWrite(file);
    }

    @Override
    public FileRange mapRange(Path file, long offset, int bytes) throws IOException {
        return disk.mapRange(file, offset, bytes);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        fence.check();
        disk.createDirectories(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        fence.check();
        disk.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        fence.check();
        disk.delete(file);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        disk.forceDirectory(directory);
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
    public DiskSpace space(Path directory) throws IOException {
        return disk.space(directory);
    }

    @Override
    public byte[] readAll(Path file, int maxBytes) throws IOException {
        return disk.readAll(file, maxBytes);
    }
}
