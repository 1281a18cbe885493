package io.tidemark.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file system as this project uses it. {@link #real()} is the machine's own; tests pass one that injects faults.
 *
 * <p>All methods block and may be called from any thread but an event loop.
 *
 * @since 0.1
 */
public interface Disk {

    /** {@return the machine's own file systems} */
    static Disk real() {
        return RealDisk.INSTANCE;
    }

    /**
     * {@return the number of files this process has open through {@link #real()}; each holds a file descriptor} Any thread.
     */
    static int openFiles() {
        return RealDisk.openFiles();
    }

    /**
     * Creates an empty file, open for reading and writing. Its name is durable only after {@link #forceDirectory} of
     * its parent.
     *
     * @param file the file
     * @return the open file
     * @throws java.nio.file.FileAlreadyExistsException if a file of that name exists
     * @throws NoDescriptorsException if the process has no file descriptor left; so may every method that opens a file
     */
    DiskFile create(Path file) throws IOException;

    /**
     * Opens an existing file for reading only.
     *
     * @param file the file
     * @return the open file
     * @throws java.nio.file.NoSuchFileException if it does not exist
     */
    DiskFile openForRead(Path file) throws IOException;

    /**
     * Opens an existing file for reading and writing, to overwrite it from the start; it is not truncated.
     *
     * @param file the file
     * @return the open file
     * @throws java.nio.file.NoSuchFileException if it does not exist
     * @throws IOException also if it is a symbolic link
     */
    DiskFile openForWrite(Path file) throws IOException;

    /**
     * Maps a range of an existing file, through a separate descriptor, to write it back in steps. The file may be open and
     * grow meanwhile; it must not shrink.
     *
     * @param file the file
     * @param offset offset in bytes from the start of the file
     * @param bytes 1 to {@link FileRange#MAX_BYTES}
     * @return the mapped range
     * @throws IllegalArgumentException if the file ends before the range does
     * @throws IOException if the range can't be mapped, as on file systems without shared mappings; nothing has been
     *     written back then, and nothing is lost
     */
    FileRange mapRange(Path file, long offset, int bytes) throws IOException;

    /**
     * Creates a directory and its missing parents, and forces each parent that changed. If a force fails, the directory whose
     * name could not be made durable is removed again, so that a second attempt creates it again.
     *
     * @param directory the directory
     * @throws IOException if a directory can't be created, or its name can't be made durable
     */
    void createDirectories(Path directory) throws IOException;

    /**
     * Like {@link #createDirectories}; also makes the name of a directory durable that an earlier process created but
     * may not have forced.
     *
     * @param directory the directory
     * @throws IOException if a directory can't be created, or its name can't be made durable
     */
    default void createDurably(Path directory) throws IOException {
        createDirectories(directory);
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null) {
            forceDirectory(parent);
        }
    }

    /**
     * Renames within one directory, replacing the target atomically. Durable after {@link #forceDirectory}.
     *
     * @param from its present name
     * @param to its new name
     * @throws IOException if it can't be renamed
     */
    void rename(Path from, Path to) throws IOException;

    /**
     * Removes a file; does nothing if it does not exist. Durable after {@link #forceDirectory}.
     *
     * @param file the file
     * @throws IOException if it can't be removed
     */
    void delete(Path file) throws IOException;

    /**
     * Makes the names in a directory durable (fsync of the directory). Blocks.
     *
     * @param directory the directory
     * @throws IOException if the names may not be durable
     */
    void forceDirectory(Path directory) throws IOException;

    /**
     * {@return the names in a directory, sorted; empty if the directory does not exist}
     *
     * @param directory the directory
     * @throws IOException if the directory can't be read: unreadable must not be taken for absent
     */
    List<String> list(Path directory) throws IOException;

    /**
     * {@return whether a file or directory of that name exists}
     *
     * @param path the path
     * @throws IOException if that is unknown: unreadable must not be taken for absent
     */
    boolean exists(Path path) throws IOException;

    /**
     * {@return which file a name refers to now, and its length; {@code null} if no file has that name} One system call.
     *
     * @param file the file
     * @throws IOException if that is unknown: unreadable must not be taken for absent
     */
    @Nullable
    FileStamp stamp(Path file) throws IOException;

    /**
     * {@return the free space of the volume that holds a directory, if the file system reports it; see {@link
     * DiskSpace#isKnown}} Blocks on a hanging disk like any other call. The default implementation reports an unbounded volume.
     *
     * @param directory an existing directory
     * @throws IOException if the volume itself can't be determined
     */
    default DiskSpace space(Path directory) throws IOException {
        return DiskSpace.unbounded();
    }

    /**
     * Replaces a small file atomically, so that a crash leaves either the old or the new contents: writes a new file beside it
     * (name plus {@code .new}), forces it, renames it, syncs the directory.
     *
     * @param file the file
     * @param contents the new contents
     * @throws NotReplacedException if the new file could not be created or written: the old one is unchanged
     * @throws IOException if any later step fails; which of the two contents is durable is then unknown
     */
    default void replace(Path file, byte[] contents) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        boolean written = false;
        try {
            delete(fresh);
            try (DiskFile out = create(fresh)) {
                out.writeFully(ByteBuffer.wrap(contents), 0);
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
     * @param file the file
     * @param maxBytes largest valid size of such a file
     * @return its bytes
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
            in.readFully(ByteBuffer.wrap(bytes), 0);
            return bytes;
        }
    }
}
