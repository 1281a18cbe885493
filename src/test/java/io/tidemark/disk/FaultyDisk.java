package io.tidemark.disk;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Disk} in memory that behaves as Linux does when things go wrong. It starts with an empty root directory.
 *
 * <ul>
 *   <li><b>Page cache.</b> A write is seen at once and durable after {@link DiskFile#force}, by pages of 4 KiB; a name
 *       is seen at once and durable after {@link #forceDirectory} of its parent.
 *   <li><b>Power cut.</b> {@link #crash} leaves what was durable and, by the seed, any subset of the unforced pages
 *       (zero holes with good pages behind them), any file length between the durable and the current one, and any
 *       subset of the unforced name changes, each whole, none without the earlier ones on the same names.
 *   <li><b>Failed force.</b> {@link Faults#failForce}: throws; what was unforced will never be durable unless it is
 *       written again; readers still see it until {@link #dropCache}; the next force says OK. Every other descriptor
 *       open at the time hears of it once, one opened later never. {@link Faults#failRange} does that to a part, {@link
 *       Faults#loseNames} to the names in a directory.
 *   <li><b>Everything else</b> that {@link Faults} lists; a {@link #journal} of what was asked; forks by {@link
 *       #copyOf} to look into a state, at each step by {@link #afterEachOperation}.
 * </ul>
 *
 * <p>The same seed and the same calls in the same order give the same outcome. Thread-safe; no lock is held while a
 * {@link Faults#before} hook runs, so a hanging force hinders nobody else. Deviations from a real one: no rename
 * across directories or of a directory, no file over 2 GiB.
 */
public final class FaultyDisk implements Disk {
    /** The system property that fixes the seed of {@link #seeded()}. */
    public static final String SEED_PROPERTY = "tidemark.seed";

    private static final AtomicLong VOLUMES = new AtomicLong();

    private final Object lock = new Object();
    private final long seed;
    private final Random random;
    private final MemoryNames names;
    private final Faults faults;
    private final String volume = "memory " + VOLUMES.incrementAndGet();
    private final OperationJournal journal = new OperationJournal();
    private final List<FaultyFile> open = new ArrayList<>();
    private @Nullable Consumer<OperationRecord> observer;
    private boolean observing;
    private @Nullable String gone;

    /** An empty disk. */
    public FaultyDisk(long seed) {
        this(seed, new MemoryNames());
    }

    FaultyDisk(long seed, MemoryNames names) {
        this.seed = seed;
        this.random = new Random(seed);
        this.names = names;
        this.faults = new Faults(~seed);
    }

    /** An empty disk with a new seed, or that of {@code -Dtidemark.seed}; prints it as {@code seed=…}. */
    public static FaultyDisk seeded() {
        long seed = Long.getLong(SEED_PROPERTY, System.nanoTime());
        System.out.println("seed=" + seed);
        return new FaultyDisk(seed);
    }

    /** What goes wrong here. A disk made by {@link #crash}, {@link #kill} or {@link #copyOf} starts without faults. */
    public Faults faults() {
        return faults;
    }

    /** What was asked of this disk so far. */
    public OperationJournal journal() {
        return journal;
    }

    /** The seed, for messages. */
    public long seed() {
        return seed;
    }

    /**
     * Calls a test back after each {@linkplain Operation#isChanging() changing} operation, failed ones too, in the
     * thread that did it and before any other can take effect: {@link #copyOf} there is the state at that point. Must
     * not wait for other threads. Operations that it does on this disk itself are not reported.
     */
    public void afterEachOperation(@Nullable Consumer<OperationRecord> consumer) {
        synchronized (lock) {
            observer = consumer;
        }
    }

    /** The power is cut: this disk is gone, the one returned holds what was durable and some of the rest. */
    public FaultyDisk crash() {
        synchronized (lock) {
            return powerCut(random.nextInt(5) / 4.0, random.nextInt(5) / 4.0);
        }
    }

    /** A power cut that leaves nothing but what was durable. */
    public FaultyDisk crashLosingAllUnforced() {
        return powerCut(0.0, 0.0);
    }

    /**
     * The process is killed, the kernel lives: every descriptor is gone, the page cache stays, with what is unforced
     * still unforced and what a failed force dropped still looking well.
     */
    public FaultyDisk kill() {
        synchronized (lock) {
            FaultyDisk after = new FaultyDisk(random.nextLong(), names.copy());
            leave("the process that opened it was killed");
            return after;
        }
    }

    /** A fork of the present state with a page cache of its own and nothing open; this disk goes on. */
    public FaultyDisk copyOf() {
        return copyOf(seed * 31 + journal.size());
    }

    /** The same with a seed of the caller's: different ones give different {@linkplain #crash() crashes}. */
    public FaultyDisk copyOf(long forkSeed) {
        synchronized (lock) {
            return new FaultyDisk(forkSeed, names.copy());
        }
    }

    /** Empties the page cache of clean pages: readers see what the device holds, after a failed force old bytes or zeros. */
    public void dropCache() {
        synchronized (lock) {
            names.files().forEach(MemoryFile::dropCache);
        }
    }

    /** The contents of a file as readers see them. */
    public byte[] bytes(Path path) {
        synchronized (lock) {
            return file(names.get(absolute(path)), path).bytes();
        }
    }

    /** The contents that a file of this durable name has on the device. */
    public byte[] durableBytes(Path path) {
        synchronized (lock) {
            return file(names.getDurable(absolute(path)), path).durableBytes();
        }
    }

    /** Whether a name is on the device. */
    public boolean isDurable(Path path) {
        synchronized (lock) {
            return names.getDurable(absolute(path)) != null;
        }
    }

    /**
     * Whether name, length and every byte written are on the device as far as the forces reported; dropped pages are
     * unknown here.
     */
    public boolean isForced(Path path) {
        synchronized (lock) {
            MemoryNode seen = names.get(absolute(path));
            return seen instanceof MemoryFile file && names.getDurable(absolute(path)) == seen && file.isForced();
        }
    }

    /** Puts a file there, with missing directories, all of it durable; replaces one of that name. No fault strikes. */
    public void put(Path path, byte[] contents) {
        synchronized (lock) {
            makeDurable(absolute(path), MemoryFile.of(contents));
        }
    }

    /** Somebody else unlinks a file, whoever has it open. No fault strikes; not durable by itself. */
    public void unlink(Path path) {
        synchronized (lock) {
            file(names.get(absolute(path)), path);
            names.remove(absolute(path));
        }
    }

    /** Somebody else removes a directory and all in it. */
    public void unlinkAll(Path directory) throws IOException {
        for (String name : names.list(absolute(directory))) {
            unlink(directory.resolve(name));
        }
        synchronized (lock) {
            names.remove(absolute(directory));
        }
    }

    /** Somebody else cuts a file off, durably. */
    public void cutOff(Path path, int bytes) {
        synchronized (lock) {
            file(names.get(absolute(path)), path).cutOff(bytes);
        }
    }

    /** Flips the bits of a mask in one byte, in the page cache and, where it has got there, on the device. */
    public void corrupt(Path path, long offset, int mask) {
        synchronized (lock) {
            file(names.get(absolute(path)), path).corrupt(offset, mask);
        }
    }

    /** Paths of the descriptors that are open, in the order of opening. */
    public List<Path> openFiles() {
        synchronized (lock) {
            return open.stream().map(FaultyFile::path).toList();
        }
    }

    /** Bounds it so that so many bytes are free now, in one step. */
    public void leaveFree(long bytes) {
        synchronized (lock) {
            faults.limitBytes(usedBytes() + bytes);
        }
    }

    /** What {@link Faults#limitBytes} leaves free. */
    public long freeBytes() {
        synchronized (lock) {
            return Math.max(0, faults.limitBytes() - usedBytes());
        }
    }

    @Override
    public DiskFile create(Path given) throws IOException {
        Path path = absolute(given);
        return perform(Operation.CREATE, path, null, () -> {
            requireDirectory(MemoryNames.parentOf(path), path);
            if (names.get(path) != null) {
                throw new FileAlreadyExistsException(path.toString());
            }
            MemoryFile file = new MemoryFile();
            names.put(path, file, null);
            return opened(given, path, file, true);
        });
    }

    @Override
    public DiskFile openForRead(Path given) throws IOException {
        return openExisting(given, false);
    }

    @Override
    public DiskFile openForWrite(Path given) throws IOException {
        return openExisting(given, true);
    }

    private DiskFile openExisting(Path given, boolean writable) throws IOException {
        Path path = absolute(given);
        return perform(Operation.OPEN, path, null, () -> {
            MemoryNode node = names.get(path);
            if (node == null) {
                throw new NoSuchFileException(path.toString());
            }
            return opened(given, path, file(node, path), writable);
        });
    }

    @Override
    public FileRange mapRange(Path given, long offset, int bytes) throws IOException {
        Path path = absolute(given);
        return perform(Operation.MAP, path, null, () -> {
            MemoryNode node = names.get(path);
            if (node == null) {
                throw new NoSuchFileException(path.toString());
            }
            MemoryFile file = file(node, path);
            RealDisk.requireWithin(given, file.length(), offset, bytes);
            return new FaultyRange(this, path, file, offset, bytes);
        });
    }

    @Override
    public void createDirectories(Path given) throws IOException {
        Path path = absolute(given);
        synchronized (lock) {
            if (names.get(path) == MemoryNode.Directory.DIRECTORY) {
                return;
            }
        }
        Path parent = MemoryNames.parentOf(path);
        createDirectories(parent);
        perform(Operation.CREATE_DIRECTORY, path, null, () -> {
            MemoryNode there = names.get(path);
            if (there instanceof MemoryFile) {
                throw new FileAlreadyExistsException(path.toString());
            }
            if (there == null) {
                names.put(path, MemoryNode.Directory.DIRECTORY, null);
            }
            return path;
        });
        try {
            forceDirectory(parent);
        } catch (IOException failure) {
            try {
                delete(path);
            } catch (IOException alsoFailed) {
                failure.addSuppressed(alsoFailed);
            }
            throw failure;
        }
    }

    @Override
    public void rename(Path givenFrom, Path givenTo) throws IOException {
        Path from = absolute(givenFrom);
        Path to = absolute(givenTo);
        if (!MemoryNames.parentOf(from).equals(MemoryNames.parentOf(to))) {
            throw new IllegalArgumentException("rename of " + from + " to " + to + " leaves the directory");
        }
        perform(Operation.RENAME, from, to, () -> {
            MemoryNode node = names.get(from);
            if (node == null) {
                throw new NoSuchFileException(from.toString(), to.toString(), null);
            }
            if (!(node instanceof MemoryFile) || names.get(to) == MemoryNode.Directory.DIRECTORY) {
                throw new FileSystemException(from.toString(), to.toString(), "Is a directory");
            }
            if (!from.equals(to)) {
                names.put(to, node, from);
            }
            return to;
        });
    }

    @Override
    public void delete(Path given) throws IOException {
        Path path = absolute(given);
        perform(Operation.DELETE, path, null, () -> {
            MemoryNode node = names.get(path);
            if (node == MemoryNode.Directory.DIRECTORY && !names.list(path).isEmpty()) {
                throw new DirectoryNotEmptyException(path.toString());
            }
            if (node != null) {
                names.remove(path);
            }
            return path;
        });
    }

    @Override
    public void forceDirectory(Path given) throws IOException {
        Path path = absolute(given);
        perform(Operation.FORCE_DIRECTORY, path, null, () -> {
            requireDirectory(path, path);
            names.force(path);
            return path;
        });
    }

    @Override
    public List<String> list(Path given) throws IOException {
        Path path = absolute(given);
        return perform(Operation.LIST, path, null, () -> names.list(path));
    }

    @Override
    public boolean exists(Path given) {
        Path path = absolute(given);
        faults.runHooks(Operation.EXISTS, path);
        synchronized (lock) {
            boolean there = gone == null && names.get(path) != null;
            journal.add(Operation.EXISTS, path, null, 0, 0, OperationRecord.Outcome.OK);
            return there;
        }
    }

    @Override
    public @Nullable FileStamp stamp(Path given) throws IOException {
        Path path = absolute(given);
        faults.runHooks(Operation.STAMP, path);
        synchronized (lock) {
            requirePower(path);
            FaultOrder order = faults.strike(Operation.STAMP, path, null);
            if (order != null) {
                throw new FileSystemException(path.toString(), null, order.message());
            }
            MemoryNode node = names.get(path);
            FileStamp found = node instanceof MemoryFile file
                    ? new FileStamp(file, file.length())
                    : node == null ? null : new FileStamp(path, 0);
            record(Operation.STAMP, path, null, 0, 0, OperationRecord.Outcome.OK);
            return found;
        }
    }

    /** All of it is one volume, as large as {@link Faults#limitBytes} says. */
    @Override
    public DiskSpace space(Path given) throws IOException {
        Path path = absolute(given);
        return perform(Operation.SPACE, path, null, () -> new DiskSpace(volume, faults.limitBytes(), freeBytes()));
    }

    @Override
    public String toString() {
        return "FaultyDisk[seed=" + seed + "]";
    }

    /** What an operation does under the lock. */
    @FunctionalInterface
    private interface Effect<T> {
        T apply() throws IOException;
    }

    private <T> T perform(Operation operation, Path path, @Nullable Path target, Effect<T> effect) throws IOException {
        faults.runHooks(operation, path);
        synchronized (lock) {
            T result;
            try {
                requirePower(path);
                FaultOrder order = faults.strike(operation, path, target);
                if (order != null) {
                    if (order.effect() == FaultOrder.Effect.LOSE_NAMES) {
                        names.drop(path);
                    }
                    throw new FileSystemException(
                            path.toString(), target == null ? null : target.toString(), order.message());
                }
                result = effect.apply();
            } catch (IOException e) {
                record(operation, path, target, 0, 0, OperationRecord.Outcome.FAILED);
                throw e;
            }
            record(operation, path, target, 0, 0, OperationRecord.Outcome.OK);
            return result;
        }
    }

    /** Called by {@link FaultyFile} too, with the lock held. */
    void record(
            Operation operation,
            Path path,
            @Nullable Path target,
            long offset,
            long lengthBytes,
            OperationRecord.Outcome outcome) {
        OperationRecord made = journal.add(operation, path, target, offset, lengthBytes, outcome);
        Consumer<OperationRecord> current = observer;
        if (current == null || observing || !operation.isChanging()) {
            return;
        }
        observing = true;
        try {
            current.accept(made);
        } finally {
            observing = false;
        }
    }

    Object lock() {
        return lock;
    }

    void requirePower(Path path) throws IOException {
        if (gone != null) {
            throw new IOException(path + ": " + gone);
        }
    }

    void closed(FaultyFile file) {
        open.remove(file);
    }

    /** How many of {@code count} bytes at {@code position} there is room for. */
    int room(MemoryFile file, int position, int count) {
        if (faults.limitBytes() == Long.MAX_VALUE) {
            return count;
        }
        long fits = file.length() + freeBytes() - position;
        return (int) Math.max(0, Math.min(count, fits));
    }

    private long usedBytes() {
        List<MemoryFile> files = names.files();
        long used = files.stream().mapToLong(MemoryFile::length).sum();
        long unlinked = open.stream()
                .map(FaultyFile::file)
                .distinct()
                .filter(each -> files.stream().noneMatch(named -> named == each))
                .mapToLong(MemoryFile::length)
                .sum();
        return used + unlinked;
    }

    private FaultyFile opened(Path given, Path path, MemoryFile file, boolean writable) {
        FaultyFile made = new FaultyFile(this, given, path, file, writable);
        open.add(made);
        return made;
    }

    private FaultyDisk powerCut(double keepChange, double keepPage) {
        synchronized (lock) {
            FaultyDisk after = new FaultyDisk(random.nextLong(), names.afterPowerCut(keepChange, keepPage, random));
            leave("the power was cut");
            return after;
        }
    }

    private void leave(String why) {
        gone = why;
        open.clear();
    }

    private void makeDurable(Path path, MemoryNode node) {
        Path parent = MemoryNames.parentOf(path);
        if (names.get(parent) == null) {
            makeDurable(parent, MemoryNode.Directory.DIRECTORY);
        }
        names.put(path, node, null);
        names.force(parent);
    }

    private void requireDirectory(Path directory, Path asked) throws IOException {
        if (names.get(directory) != MemoryNode.Directory.DIRECTORY) {
            throw new NoSuchFileException(asked.toString());
        }
    }

    private static MemoryFile file(@Nullable MemoryNode node, Path path) {
        if (node instanceof MemoryFile file) {
            return file;
        }
        throw new IllegalArgumentException(path + (node == null ? " does not exist" : " is a directory"));
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }
}
