package io.tidemark.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Keeps every other process out of a directory, and every other user of it in this one: an exclusive lock of the operating
 * system on its file {@code LOCK}. It ends with the process, however that ends; the file stays.
 *
 * <p>On Linux such a lock belongs to the process, and <em>any</em> close of the file in that process gives it up. So this
 * process keeps a list of what it holds and never opens such a file twice.
 *
 * @since 0.1
 */
public final class DirectoryLock implements Closeable {
    /** The file's name. */
    public static final String FILE = "LOCK";

    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    /** Opened beside a lock that this process has by another path or class loader: closing them would give that lock up. */
    private static final Queue<FileChannel> NEVER_CLOSED = new ConcurrentLinkedQueue<>();

    private final Path directory;
    private final FileChannel channel;

    private DirectoryLock(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /**
     * Takes the lock; doesn't wait for it.
     *
     * @param directory exists
     * @return the lock; close it to release it
     * @throws IOException if somebody else has it, or the file can't be made or locked; the message says which
     */
    public static DirectoryLock acquire(Path directory) throws IOException {
        Path real = directory.toRealPath();
        Path file = real.resolve(FILE);
        if (Files.isSymbolicLink(file)) {
            throw new IOException(file + " is a symbolic link, and nothing is written through one: remove it");
        }
        if (!HELD.add(real)) {
            throw new IOException(directory + " is in use in this process; close what uses it first");
        }
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw new IOException(directory + " is in use by another process (" + file
                        + " is locked); stop that one, or use another directory");
            }
            return new DirectoryLock(real, channel);
        } catch (OverlappingFileLockException held) {
            if (channel != null) {
                NEVER_CLOSED.add(channel);
            }
            HELD.remove(real);
            throw new IOException(directory + " is in use in this process; close what uses it first", held);
        } catch (IOException refused) {
            try {
                if (channel != null) {
                    channel.close();
                }
            } catch (IOException second) {
                refused.addSuppressed(second);
            }
            HELD.remove(real);
            throw PathErrors.explained(refused);
        }
    }

    /** Gives the lock up. */
    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            HELD.remove(directory);
        }
    }
}
