package io.tidemark.node;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps every other node out of a directory: an exclusive lock of the operating system on its file {@code LOCK}. The
 * lock ends with the process, however it ends; the file stays, and holds the owner's process id as decimal text, for
 * people.
 *
 * <p>On Linux such a lock belongs to the process, and <em>any</em> close of the file in that process releases it. So
 * this process keeps its own list of held locks and never opens such a file twice.
 *
 * <p>The lock is on a file, not on a name: if {@code LOCK} is removed, the next node creates another and locks that. So
 * this class reports which file is locked and which one has the name now; see {@link Ownership}.
 */
final class DirectoryLock implements HeldLock, AutoCloseable {
    /** The file's name. */
    static final String FILE = "LOCK";

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryLock.class);
    private static final Set<OpenOption> EXCLUSIVE = Set.of(
            StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> SHARED = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    /** On some file systems an inode number changes while the file is closed; number of retries to lock the current file. */
    private static final int MAX_RETRIES = 3;

    private final Path directory;
    private final String setting;
    private final FileChannel channel;
    private final String key;

    private DirectoryLock(Path directory, String setting, FileChannel channel, String key) {
        this.directory = directory;
        this.setting = setting;
        this.channel = channel;
        this.key = key;
    }

    @Override
    public Path directory() {
        return directory;
    }

    @Override
    public String setting() {
        return setting;
    }

    @Override
    public String key() {
        return key;
    }

    @Override
    public String keyAtName() throws IOException {
        return keyOf(directory.resolve(FILE));
    }

    @Override
    public String stamp(Path file) throws IOException {
        BasicFileAttributes found = attributes(file);
        return keyOf(found) + " " + found.lastModifiedTime();
    }

    private static BasicFileAttributes attributes(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    private static String keyOf(Path file) throws IOException {
        return keyOf(attributes(file));
    }

    private static String keyOf(BasicFileAttributes found) {
        Object key = found.fileKey();
        return key == null ? OwnerRecord.UNKNOWN : key.toString().replace(' ', '_');
    }

    /**
     * Takes the lock. Does not wait.
     *
     * @param directory must exist
     * @param key the setting that names it, for messages
     * @throws DataDirectoryException if another node has it, or the directory can't be written to
     */
    static DirectoryLock acquire(Path directory, String key) throws DataDirectoryException {
        return take(directory, key, true);
    }

    /**
     * Keeps nodes out during a read-only inspection; changes and creates no file. Does not wait.
     *
     * @param directory must exist
     * @param key the setting that names it, for messages
     * @throws DataDirectoryException if a node has it, or its lock can't be read
     */
    static DirectoryLock share(Path directory, String key) throws DataDirectoryException {
        return take(directory, key, false);
    }

    private static DirectoryLock take(Path directory, String key, boolean exclusive) throws DataDirectoryException {
        Path real;
        try {
            real = directory.toRealPath();
        } catch (IOException missing) {
            throw new DataDirectoryException(directory + " can't be used", missing);
        }
        if (!HELD.add(real)) {
            throw inUse(directory, key, "this process");
        }
        Path file = real.resolve(FILE);
        FileChannel channel = null;
        try {
            requireNoLink(file);
            for (int left = MAX_RETRIES; ; left--) {
                String before = keyOrEmpty(file);
                channel = FileChannel.open(file, exclusive ? EXCLUSIVE : SHARED);
                if (channel.tryLock(0, Long.MAX_VALUE, !exclusive) == null) {
                    throw inUse(directory, key, owner(channel));
                }
                String after = keyOrEmpty(file);
                if (after.equals(before) || left == 0) {
                    if (exclusive) {
                        writePid(channel);
                    }
                    return new DirectoryLock(real, key, channel, after);
                }
                channel.close(); // created by this call, or replaced meanwhile: only a file that was there before is
                // known to
                // be locked
                channel = null;
            }
        } catch (DataDirectoryException inUse) {
            release(real, channel, inUse);
            throw inUse;
        } catch (IOException failed) {
            String why = exclusive
                    ? " can't be locked; the node's user must be able to write " + real.resolve(FILE)
                    : " can't be locked against a start meanwhile; " + real.resolve(FILE)
                            + " must exist and be readable";
            DataDirectoryException refused = new DataDirectoryException(directory + why, failed);
            release(real, channel, refused);
            throw refused;
        }
    }

    private static String keyOrEmpty(Path file) throws IOException {
        try {
            return keyOf(file);
        } catch (NoSuchFileException none) {
            return "";
        }
    }

    /** Through a symbolic link, any file could be locked and overwritten. */
    private static void requireNoLink(Path file) throws IOException {
        if (Files.isSymbolicLink(file)) {
            throw new DataDirectoryException(file + " is a symbolic link, to " + Files.readSymbolicLink(file)
                    + "; the node creates this file itself, and does not follow links: remove it");
        }
    }

    /** Releases the lock. */
    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            HELD.remove(directory);
        }
    }

    private static void writePid(FileChannel channel) {
        try {
            byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
            channel.write(ByteBuffer.wrap(pid), 0);
            channel.truncate(pid.length);
        } catch (IOException fullDisk) {
            // The lock holds without the process id, and a node must be able to start on a full disk.
            LOG.debug("{} could not be given the process id", FILE, fullDisk);
        }
    }

    private static void release(Path real, @Nullable FileChannel channel, Exception because) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException alsoFailed) {
            because.addSuppressed(alsoFailed);
        }
        HELD.remove(real);
    }

    private static DataDirectoryException inUse(Path directory, String key, String owner) {
        return new DataDirectoryException(
                directory + " is in use by " + owner + "; stop that node, or give this one a `" + key + "` of its own");
    }

    private static String owner(FileChannel channel) {
        try {
            ByteBuffer bytes = ByteBuffer.allocate(32);
            channel.read(bytes, 0);
            String pid = new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII).strip();
            return pid.matches("[0-9]+") ? "another node, process " + pid : "another node";
        } catch (IOException unreadable) {
            return "another node";
        }
    }
}
