package io.tidemark.node;

import io.tidemark.disk.Disk;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's directories, locked and verified to be its own. The layout:
 *
 * <pre>
 * data_dir/LOCK               see {@link DirectoryLock}
 * data_dir/OWNER              see {@link Ownership}; briefly CLAIM
 * data_dir/TIDEMARK           see {@link Identity}
 * data_dir/BALLAST            reserve file; also in log.dir, if that is a separate volume
 * data_dir/PROBE              only briefly, for the durable probe; there too
 * data_dir/shard-NNNN/data    data files of a shard
 * data_dir/shard-NNNN/log     log of a shard, unless log.dir is set; then
 * log.dir/TIDEMARK
 * log.dir/LOCK, OWNER         so that a copy of data_dir can't run beside its original
 * log.dir/shard-NNNN
 * </pre>
 *
 * <p>A shard makes its own directories. Close this after everything that writes there.
 */
final class DataDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);

    private static final String DEVICE = "unix:dev";
    private static final String SHARD = "shard-";
    private static final String RESERVE_FILE = "BALLAST";

    /** May exist in a new directory: our own leftovers, and what mkfs makes. */
    private static final Set<String> NOT_DATA = Set.of(
            DirectoryLock.FILE,
            Ownership.FILE,
            Ownership.FILE + ".new",
            Ownership.CLAIM,
            Identity.FILE + ".new",
            "lost+found");

    private final Path dataDir;
    private final @Nullable Path logDir;
    private final Identity identity;
    private final HeldDirectories held;

    private DataDirectory(Path dataDir, @Nullable Path logDir, Identity identity, HeldDirectories held) {
        this.dataDir = dataDir;
        this.logDir = logDir;
        this.identity = identity;
        this.held = held;
    }

    /**
     * Opens the directories, or creates them at the first start. Blocks.
     *
     * @param logDir directory of the logs; {@code null} if inside the data directory
     * @param shards number of shards in the configuration
     * @throws DataDirectoryException if they can't be used: in use, not writable, of another node, or with another
     *     layout
     * @throws io.tidemark.disk.CorruptionException if an identity is damaged
     */
    static DataDirectory open(Disk disk, Path dataDir, @Nullable Path logDir, int shards) throws IOException {
        return open(disk, dataDir, logDir, shards, OwnershipClock.SYSTEM);
    }

    /** The same, with an injected clock. */
    static DataDirectory open(Disk disk, Path dataDir, @Nullable Path logDir, int shards, OwnershipClock clock)
            throws IOException {
        make(disk, "data_dir", dataDir);
        HeldDirectories directories = new HeldDirectories(clock);
        DataDirectory opened =
                locked(directories, DirectoryLock.acquire(dataDir, "data_dir"), dataDir, logDir, held -> {
                    held.take(disk, dataDir);
                    Optional<Identity> found = Identity.read(disk, dataDir);
                    Identity identity = found.isPresent()
                            ? openExisting(disk, dataDir, logDir, shards, found.get())
                            : initialize(disk, dataDir, logDir, shards);
                    return logDir == null ? identity : identifyLogs(disk, dataDir, logDir, identity, held);
                });
        try {
            new WritabilityCheck(disk).run(opened);
            return opened;
        } catch (DataDirectoryException refused) {
            opened.close();
            throw refused;
        }
    }

    /**
     * Opens the directories of a stopped node read-only, and keeps a node from starting there meanwhile. Changes
     * nothing. Blocks.
     *
     * @param logDir directory of the logs; {@code null} if inside the data directory
     * @throws DataDirectoryException if it is not a data directory, or a node runs on it
     * @throws io.tidemark.disk.CorruptionException if an identity is damaged
     */
    static DataDirectory inspect(Disk disk, Path dataDir, @Nullable Path logDir) throws IOException {
        Identity identity = Identity.read(disk, dataDir)
                .orElseThrow(() -> new DataDirectoryException(
                        dataDir + " has no file " + Identity.FILE + ": it is no data directory of Tidemark"));
        if (identity.role() != Identity.Role.DATA) {
            throw new DataDirectoryException(dataDir + " is the log directory of the data directory " + identity.id()
                    + "; name that one, and this one as --log-dir");
        }
        return locked(
                new HeldDirectories(OwnershipClock.SYSTEM),
                DirectoryLock.share(dataDir, "data_dir"),
                dataDir,
                logDir,
                held -> {
                    boolean inside = identity.logs() == Identity.Logs.INSIDE;
                    if (inside != (logDir == null)) {
                        throw new DataDirectoryException(
                                inside
                                        ? dataDir + " keeps its logs inside; leave --log-dir out"
                                        : dataDir + " keeps its logs elsewhere; name its `log.dir` as --log-dir");
                    }
                    if (logDir != null
                            && identity.logs() == Identity.Logs.ELSEWHERE
                            && !Identity.read(disk, logDir).equals(Optional.of(identity.ofLogDirectory()))) {
                        throw new DataDirectoryException(
                                logDir + " (--log-dir) is not the log directory of " + dataDir);
                    }
                    if (logDir != null && disk.exists(logDir.resolve(DirectoryLock.FILE))) {
                        held.add(DirectoryLock.share(logDir, "log.dir"));
                    }
                    return identity;
                });
    }

    @FunctionalInterface
    private interface Identification {
        /** @param held receives the locks beside that of the data directory */
        Identity run(HeldDirectories held) throws IOException;
    }

    /** Identifies a locked directory; unlocks it if it is refused. */
    private static DataDirectory locked(
            HeldDirectories held,
            DirectoryLock lock,
            Path dataDir,
            @Nullable Path logDir,
            Identification identification)
            throws IOException {
        held.add(lock);
        try {
            return new DataDirectory(dataDir, logDir, identification.run(held), held);
        } catch (IOException | RuntimeException refused) {
            try {
                held.withdraw();
            } catch (IOException alsoFailed) {
                refused.addSuppressed(alsoFailed);
            }
            throw refused;
        }
    }

    /** Number of shards. */
    int shards() {
        return identity.shards();
    }

    /** Random id of this data directory; its files may contain it. */
    UUID id() {
        return identity.id();
    }

    /** The data directory itself. */
    Path dataDir() {
        return dataDir;
    }

    /** Directory of the logs; may be the data directory. */
    Path logRoot() {
        return logDir == null ? dataDir : logDir;
    }

    /** Directory of a shard's data files; may not exist yet. */
    Path shardData(int shard) {
        return dataDir.resolve(shardName(shard)).resolve("data");
    }

    /** Directory of a shard's log; may not exist yet. */
    Path shardLog(int shard) {
        return logDir == null ? dataDir.resolve(shardName(shard)).resolve("log") : logDir.resolve(shardName(shard));
    }

    /**
     * Checks every second, from now on, whether these directories still belong to this process.
     *
     * @param lost called once if they don't; on any thread
     */
    OwnerWatch watch(Consumer<String> lost) {
        OwnerWatch watch = new OwnerWatch(held.owned(), OwnershipClock.SYSTEM, lost);
        watch.start();
        return watch;
    }

    /** Unlocks them, and records an orderly stop for the next node. */
    @Override
    public void close() throws IOException {
        held.close();
    }

    private static String shardName(int shard) {
        return String.format(Locale.ROOT, "shard-%04d", shard);
    }

    private static void make(Disk disk, String key, Path directory) throws DataDirectoryException {
        try {
            if (disk.exists(directory) && !Files.isDirectory(directory)) {
                throw new DataDirectoryException(
                        directory + " (`" + key + "`) is a file; it must be a directory, or not exist yet");
            }
            disk.createDirectories(directory);
        } catch (DataDirectoryException isFile) {
            throw isFile;
        } catch (IOException failed) {
            throw new DataDirectoryException(directory + " (`" + key + "`) can't be created", failed);
        }
    }

    /**
     * A process killed after it made a directory and before it forced the name may have left a name that a power cut
     * removes; the same holds for its parents on that volume. A parent that can't be read can't be forced: a process
     * that tried to make a name in it got an error, and made nothing below.
     */
    private static void forceParents(Disk disk, Path directory) throws DataDirectoryException {
        try {
            Path at = directory.toRealPath();
            Object volume = Files.getAttribute(at, DEVICE);
            for (Path above = at.getParent();
                    above != null && Files.getAttribute(above, DEVICE).equals(volume);
                    above = above.getParent()) {
                disk.forceDirectory(above);
            }
        } catch (AccessDeniedException unreadable) {
            LOG.debug("the names above {} are not forced", directory, unreadable);
        } catch (IOException failed) {
            throw new DataDirectoryException(directory + " can't be made durable", failed);
        }
    }

    private static Identity initialize(Disk disk, Path dataDir, @Nullable Path logDir, int shards) throws IOException {
        List<String> data = dataIn(disk, dataDir);
        if (!data.isEmpty()) {
            throw new DataDirectoryException(dataDir + " has no file " + Identity.FILE + " and is not empty (it has "
                    + data.get(0) + "): it is no data directory of Tidemark, or has lost its identity. Name an empty or"
                    + " new directory as `data_dir`, or put the file back from a backup of the same directory");
        }
        if (logDir != null && disk.exists(logDir) && !dataIn(disk, logDir).isEmpty()) {
            throw new DataDirectoryException(logDir + " (`log.dir`) is not empty, and " + dataDir
                    + " is new: it belongs to another data directory, or " + dataDir
                    + " isn't the right one or isn't mounted. Name an empty or new directory");
        }
        forceParents(disk, dataDir);
        if (logDir != null) {
            make(disk, "log.dir", logDir);
        }
        Identity identity = new Identity(
                Identity.Role.DATA,
                UUID.randomUUID(),
                shards,
                Identity.CRC16_SLOTS,
                logDir == null ? Identity.Logs.INSIDE : Identity.Logs.PENDING);
        return writeIdentity(disk, dataDir, identity);
    }

    private static Identity openExisting(Disk disk, Path dataDir, @Nullable Path logDir, int shards, Identity found)
            throws IOException {
        if (found.role() != Identity.Role.DATA) {
            throw new DataDirectoryException(dataDir + " is the log directory of the data directory " + found.id()
                    + "; name that one as `data_dir`");
        }
        if (found.shards() != shards) {
            throw new DataDirectoryException(dataDir + " was made with " + found.shards()
                    + " shards, and the configuration says " + shards
                    + ". The number can't be changed: set `shards` to "
                    + found.shards() + ", or copy the keys to a node with a new data directory");
        }
        if (!found.slots().equals(Identity.CRC16_SLOTS)) {
            throw new DataDirectoryException(dataDir + " assigns keys to shards by " + found.slots()
                    + ", this version by " + Identity.CRC16_SLOTS + "; start the version that wrote it");
        }
        if (logDir != null && found.logs() == Identity.Logs.INSIDE) {
            throw new DataDirectoryException(dataDir + " keeps its logs inside, and the configuration says `log.dir` = "
                    + logDir + ". That can't be changed: leave `log.dir` out");
        }
        if (logDir == null && found.logs() != Identity.Logs.INSIDE) {
            throw new DataDirectoryException(dataDir
                    + " keeps its logs in a directory of their own, and the configuration has no `log.dir`; set it to"
                    + " that directory");
        }
        if (dataIn(disk, dataDir).stream().noneMatch(name -> name.startsWith(SHARD))) {
            rewriteIdentity(disk, dataDir, found);
        } else {
            forceDirectory(disk, dataDir);
        }
        return found;
    }

    /**
     * Forces a directory's names: a process killed after it made an identity or a shard's directory may not have forced
     * the name.
     */
    private static void forceDirectory(Disk disk, Path directory) throws DataDirectoryException {
        try {
            disk.forceDirectory(directory);
        } catch (IOException failed) {
            throw new DataDirectoryException(directory + " can't be made durable", failed);
        }
    }

    /**
     * Writes an identity again: the force of its name may have failed in the process that made it, which some file
     * systems report only once. A shard's directory shows that a process got past that point, so this is only for
     * directories without one. On a full disk it deletes the reserve file, which is made again later.
     */
    private static void rewriteIdentity(Disk disk, Path directory, Identity identity) throws IOException {
        try {
            identity.write(disk, directory);
        } catch (IOException failed) {
            LOG.debug("{} can't be written again yet", directory, failed);
            disk.delete(directory.resolve(RESERVE_FILE));
            writeIdentity(disk, directory, identity);
        }
    }

    private static Identity identifyLogs(Disk disk, Path dataDir, Path logDir, Identity data, HeldDirectories held)
            throws IOException {
        boolean pending = data.logs() == Identity.Logs.PENDING;
        if (pending) {
            make(disk, "log.dir", logDir);
        }
        Optional<Identity> log = Identity.read(disk, logDir);
        if (log.isPresent() && !log.get().equals(data.ofLogDirectory())) {
            throw new DataDirectoryException(logDir + " (`log.dir`) belongs to the data directory "
                    + log.get().id() + ", and " + dataDir + " is " + data.id() + "; set `log.dir` to the directory with"
                    + " the logs of " + dataDir);
        }
        if (log.isEmpty() && !pending) {
            throw new DataDirectoryException(logDir + " (`log.dir`) has no file " + Identity.FILE + ": the logs of "
                    + dataDir + " are missing. Is the volume mounted?");
        }
        held.add(DirectoryLock.acquire(logDir, "log.dir"));
        held.take(disk, logDir);
        forceDirectory(disk, logDir);
        if (!pending) {
            return data;
        }
        forceParents(disk, logDir);
        writeIdentity(disk, logDir, data.ofLogDirectory()); // also if it exists: its name may not be durable
        return writeIdentity(disk, dataDir, data.with(Identity.Logs.ELSEWHERE));
    }

    private static Identity writeIdentity(Disk disk, Path directory, Identity identity) throws DataDirectoryException {
        try {
            identity.write(disk, directory);
            return identity;
        } catch (IOException failed) {
            throw new DataDirectoryException(
                    directory + " can't be written to; is it full or mounted read-only?", failed);
        }
    }

    private static List<String> dataIn(Disk disk, Path directory) throws DataDirectoryException {
        try {
            return disk.list(directory).stream()
                    .filter(name -> !NOT_DATA.contains(name))
                    .toList();
        } catch (IOException unreadable) {
            throw new DataDirectoryException(directory + " can't be read", unreadable);
        }
    }
}
