package io.tidemark.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file system as this project uses it. {@link #real()} is the machine's own; tests pass one that injects faults.
 *
 * <p>All methods block and may be called from any thread but an event loop.
 */
public interface Disk {

    /** The machine's own file systems. */
    static Disk real() {
        return RealDisk.INSTANCE;
    }

    /** How many files of the machine's own file systems are open in this process now; each has a file descriptor. Any thread. */
    static int openFiles() {
        return RealDisk.openFiles();
    }

    /**
     * Makes a new empty file, open for reading and writing. Its name is durable only after {@link #forceDirectory} of
     * its parent.
     *
     * @throws java.nio.file.FileAlreadyExistsException if there is a file of that name
     * @throws NoDescriptorsException if the process has no file descriptor left, as any method that opens something may
     */
    DiskFile create(Path file) throws IOException;

    /**
     * Opens an existing file for reading only.
     *
     * @throws java.nio.file.NoSuchFileException if there is none
     */
    DiskFile openForRead(Path file) throws IOException;

    /**
     * Opens an existing file for reading and writing, to write it anew from the start; nothing of it is cut off.
     *
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws IOException also if it is a symbolic link
     */
    DiskFile openForWrite(Path file) throws IOException;

    /**
     * Maps a range of an existing file, through a descriptor of its own, for writing it back in steps. The file may be open
     * and grow meanwhile; it must not shrink.
     *
     * @param bytes 1 to {@link FileRange#MAX_BYTES}
     * @throws IllegalArgumentException if the file ends before the range does
     * @throws IOException if the range can't be mapped, as on file systems without shared mappings. Nothing has been written
     *     back then, and nothing is lost
     */
    FileRange mapRange(Path file, long offset, int bytes) throws IOException;

    /**
     * Makes a directory and its parents where they are missing, and forces each parent that changed. If that fails, the
     * directory whose name could not be made durable is removed again, so that a second attempt makes it anew.
     */
    void createDirectories(Path directory) throws IOException;

    /** The same, and its own name is durable also if an earlier process made it and got no further. */
    default void createDurably(Path directory) throws IOException {
        createDirectories(directory);
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null) {
            forceDirectory(parent);
        }
    }

    /** Renames within one directory, replacing the target in one step. Durable after {@link #forceDirectory}. */
    void rename(Path from, Path to) throws IOException;

    /** Removes a file; does nothing if there is none. Durable after {@link #forceDirectory}. */
    void delete(Path file) throws IOException;

    /** Makes the names in a directory durable (fsync of the directory). */
    void forceDirectory(Path directory) throws IOException;

    /**
     * The names in a directory, sorted; empty if there is no such directory.
     *
     * @throws IOException if that can't be told: what can't be looked at must not be taken for what isn't there
     */
    List<String> list(Path directory) throws IOException;

    /**
     * Whether there is a file or directory of that name.
     *
     * @throws IOException if that can't be told: what can't be looked at must not be taken for what isn't there
     */
    boolean exists(Path path) throws IOException;

    /**
     * Which file a name stands for now, and how long it is; {@code null} if there is none of that name. One system call.
     *
     * @throws IOException if that is unknown: what can't be looked at must not be taken for what isn't there
     */
    @Nullable
    FileStamp stamp(Path file) throws IOException;

    /**
     * How much room there is where a directory lies, if the file system says so; see {@link DiskSpace#isKnown}. A hanging
     * disk can hold this up like anything else. By default there is no bound.
     *
     * @param directory exists
     * @throws IOException if not even the volume is known
     */
    default DiskSpace space(Path directory) throws IOException {
        return DiskSpace.unbounded();
    }

    /**
     * Replaces a small file as a whole so that a crash leaves either the old or the new contents: a new file beside it
     * (name plus {@code .new}), force, rename, directory sync.
     *
     * @throws NotReplacedException if the new file could not be created or written: the old one is what it was
     * @throws IOException if any later step fails; which of the two contents is durable is then unknown
     */
    default void replace(Path file, byte[] contents) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        boolean written = false;
        try {
            delete(fresh);
            try (DiskFile out = create(fresh)) {
                out.writeFully(java.nio.ByteBuffer.wrap(contents), 0);
                written = true;
                out.force();
            }
        } catch (IOException e) {
            throw written ? e : new NotReplacedException(file, e);
        }
        rename(fresh, file);
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            forceDirectory(directory);
        }
    }

    /**
     * Reads a small file as a whole.
     *
     * @param maxBytes what a sane file of this kind may have
     * @throws CorruptionException if it is larger than {@code maxBytes}
     */
    default byte[] readAll(Path file, int maxBytes) throws IOException {
        try (DiskFile in = openForRead(file)) {
            long size = in.size();
            if (size > maxBytes) {
                throw new CorruptionException(
                        file + " has " + size + " bytes, expected at most " + maxBytes + "; restore it from a copy");
            }
            byte[] bytes = new byte[(int) size];
            in.readFully(java.nio.ByteBuffer.wrap(bytes), 0);
            return bytes;
        }
    }
}
