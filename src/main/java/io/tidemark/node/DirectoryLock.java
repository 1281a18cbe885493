package io.tidemark.node;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps every other node out of a directory: an exclusive lock of the operating system on its file {@code LOCK}. It ends
 * with the process, however that ends; the file stays, and holds the owner's process id as decimal text for people.
 *
 * <p>On Linux such a lock belongs to the process, and <em>any</em> close of the file in that process gives it up. So this
 * process keeps its own list of what it holds and never opens such a file twice.
 */
final class DirectoryLock implements AutoCloseable {
    /** The file's name. */
    static final String FILE = "LOCK";

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryLock.class);
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel channel;

    private DirectoryLock(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /**
     * Takes the lock. Doesn't wait for it.
     *
     * @param directory exists
     * @param key the setting that names it, for messages
     * @throws DataDirectoryException if another node has it, or the directory can't be written to
     */
    static DirectoryLock acquire(Path directory, String key) throws DataDirectoryException {
        return take(directory, key, true);
    }

    /**
     * Keeps nodes out while something reads, without changing or making a file. Doesn't wait.
     *
     * @param directory exists
     * @param key the setting that names it, for messages
     * @throws DataDirectoryException if a node has it, or its lock can't be read
     */
    static DirectoryLock share(Path directory, String key) throws DataDirectoryException {
        return take(directory, key, false);
    }

    private static DirectoryLock take(Path directory, String key, boolean own) throws DataDirectoryException {
        Path real;
        try {
            real = directory.toRealPath();
        } catch (IOException gone) {
            throw new DataDirectoryException(directory + " can't be used", gone);
        }
        if (!HELD.add(real)) {
            throw inUse(directory, key, "this process");
        }
        FileChannel channel = null;
        try {
            channel = own
                    ? FileChannel.open(
                            real.resolve(FILE),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE)
                    : FileChannel.open(real.resolve(FILE), StandardOpenOption.READ);
            if (channel.tryLock(0, Long.MAX_VALUE, !own) == null) {
                throw inUse(directory, key, owner(channel));
            }
            if (own) {
                sign(channel);
            }
            return new DirectoryLock(real, channel);
        } catch (DataDirectoryException inUse) {
            release(real, channel, inUse);
            throw inUse;
        } catch (IOException failed) {
            String why = own
                    ? " can't be locked; the node's user must be able to write " + real.resolve(FILE)
                    : " can't be kept from being started meanwhile; " + real.resolve(FILE)
                            + " must be there and readable";
            DataDirectoryException refused = new DataDirectoryException(directory + why, failed);
            release(real, channel, refused);
            throw refused;
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

    private static void sign(FileChannel channel) {
        try {
            byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
            channel.write(ByteBuffer.wrap(pid), 0);
            channel.truncate(pid.length);
        } catch (IOException fullDisk) {
            // The lock holds without its signature, and a node must be able to start on a full disk.
            LOG.debug("{} could not be signed", FILE, fullDisk);
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
