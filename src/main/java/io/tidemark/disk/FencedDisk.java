package io.tidemark.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks a {@link Fence} before each step that creates, renames, replaces or removes a file or directory. A process that
 * has lost its directory replaces no manifest, creates no file and removes none.
 *
 * <p>Writes to files that are already open are not checked: they land past the lengths that a manifest or the log's next header
 * lists, and are ignored there.
 *
 * @param disk the disk to delegate to
 * @param fence checked before each such step
 * @since 0.1
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
