package io.tidemark.bitcask;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shard's store: data files, the keydir over them, and the manifest.
 *
 * <p>Threads: {@link #pending}, {@link #put}, {@link #remove}, {@link #commit} and {@link #abandon} belong to the one thread
 * that applies log entries; {@link #force} to one checkpoint worker at a time; the rest to anybody who may block. Readers see
 * whole entries only, and only once their records are in the page cache.
 *
 * <p>A log entry becomes one batch of records, the last value of each key it touches, written by one positional write. If that
 * fails nothing of it is visible, and {@link #commit} may be called again: it writes to the same place if there was no room, and
 * to a new file if it was anything else.
 */
public final class Bitcask implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Bitcask.class);
    private static final int BUFFER_KEPT = 16 << 20;

    private final StoreContext home;
    private final DurableState durable;
    private final Keydir keydir;
    private final Lock keydirReads;
    private final Lock keydirWrites;
    private final PendingEntry entry = new PendingEntry();
    private final DataFiles files;
    private final List<String> unlisted;

    private volatile BitcaskSnapshot snapshot;
    private volatile int keys;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);

    private Bitcask(
            StoreContext home, DurableState durable, List<DataFile> found, Keydir keydir, List<String> unlisted) {
        this.home = home;
        this.durable = durable;
        this.keydir = keydir;
        this.unlisted = unlisted;
        ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
        this.keydirReads = lock.readLock();
        this.keydirWrites = lock.writeLock();
        this.keys = keydir.size();
        this.files = new DataFiles(home, durable, found);
        Manifest from = durable.proven();
        this.snapshot = files.snapshot(from == null ? 0 : from.index(), from == null ? 0 : from.term());
    }

    /**
     * Opens a store as its manifest says. Blocks: it reads every byte that is durable. Changes nothing; {@link
     * #confirmManifest} is the next step.
     *
     * @param directory made at the first write
     * @param dataDirectoryId what every file must carry
     * @param shard what every file must carry
     * @throws CorruptionException if anything that was durable is damaged or missing; nothing has been changed then
     */
    public static Bitcask open(Disk disk, Path directory, UUID dataDirectoryId, int shard, BitcaskOptions options)
            throws IOException {
        StoreIdentity owner = new StoreIdentity(dataDirectoryId, shard);
        BitcaskRecovery found = BitcaskRecovery.read(disk, directory, owner);
        StoreContext home = new StoreContext(
                disk,
                directory,
                owner,
                options,
                new AtomicLong(found.nextId()),
                new Quarantine(disk, directory),
                new AtomicInteger());
        Keydir keydir = load(found.files(), found.manifest());
        return new Bitcask(home, new DurableState(home, found.manifest()), found.files(), keydir, found.unlisted());
    }

    /** The keys in these files; closes them if that fails. */
    private static Keydir load(List<DataFile> files, @Nullable Manifest manifest) throws IOException {
        Keydir keydir = new Keydir();
        long total = files.stream().mapToLong(DataFile::durableLength).sum();
        KeydirLoader loader = new KeydirLoader(keydir, manifest == null ? 0 : manifest.index(), total);
        try {
            int slot = 0;
            for (DataFile file : files) {
                loader.load(file, slot++);
            }
            return keydir;
        } catch (IOException | RuntimeException | Error e) {
            DataFiles.closeAll(files);
            throw e;
        }
    }

    /**
     * A second store over the same files, with descriptors and a keydir of its own: as this one was when its manifest was
     * last known to be on disk. That comes from memory, not from the disk; the bytes are read and checked, and put back if
     * somebody has taken them away: see {@link DisplacedFiles}.
     */
    Bitcask reopenProven() throws IOException {
        Manifest proven = durable.proven();
        if (proven != null) {
            new DisplacedFiles(home, proven).putBack(files.all());
        }
        List<Manifest.Entry> entries = proven == null ? List.of() : proven.files();
        List<DataFile> files = BitcaskRecovery.open(entries, home.disk(), home.directory(), home.owner());
        return new Bitcask(home, durable.successor(), files, load(files, proven), List.of());
    }

    /**
     * Refuses a log that has lost its only entries: the first manifest is written behind the log's first entry.
     *
     * @param lastIndex the log's, 0 if it has none
     * @throws CorruptionException if it has none, and there is a manifest
     */
    public void requireLog(long lastIndex) throws CorruptionException {
        if (durable.hasManifest() && lastIndex == 0) {
            throw new CorruptionException(missingLogMessage(home.directory()));
        }
    }

    /** What is wrong with a store that has a manifest, and a log that never had an entry. */
    public static String missingLogMessage(Path directory) {
        return "the manifest " + directory.resolve(Manifest.NAME)
                + " was written behind the log's first entry, but the log has none: restore the log from a copy";
    }

    /**
     * Writes the manifest that was found again, and removes data files that it does not list. Call it once the log has
     * accepted the durable index, and before entries are replayed: were the manifest an old one that somebody put back,
     * these files would be all there is of what the log has forgotten. Blocks.
     *
     * <p>A process that died between the manifest's rename and the sync of its directory, or was told that this sync failed,
     * has left a manifest that reads well and may be gone after a power cut; the one before it lists other files. To force
     * the directory now proves nothing: some file systems report such a failure once.
     *
     * @throws IOException if that fails, as for want of room: nothing has been removed then, and it may be called again
     */
    public void confirmManifest() throws IOException {
        durable.confirm();
        if (!unlisted.isEmpty()) {
            LOG.info("{}: removing what the manifest does not list: {}", home.directory(), unlisted);
        }
        for (String name : unlisted) {
            home.disk().delete(home.directory().resolve(name));
        }
    }

    /** Last index known to be on disk with all before it; 0 until {@link #confirmManifest}. Any thread. */
    public long durableIndex() {
        return durable.index();
    }

    /** Its term. Any thread. */
    public long durableTerm() {
        return durable.term();
    }

    /** A key's value as the entry that is being applied sees it; {@code null} if it is not there. */
    public byte @Nullable [] pending(byte[] key) throws IOException {
        PendingEntry.Change change = entry.find(key);
        return change != null ? change.value() : get(key);
    }

    /** Whether the key is there as the entry that is being applied sees it. */
    public boolean pendingContains(byte[] key) {
        PendingEntry.Change change = entry.find(key);
        return change != null ? change.value() != null : contains(key);
    }

    /**
     * Sets a key in the entry that is being applied.
     *
     * @throws IllegalArgumentException if the key has more than 65,535 bytes
     */
    public void put(byte[] key, byte[] value) {
        entry.put(checked(key), value);
    }

    /**
     * Removes a key in the entry that is being applied.
     *
     * @throws IllegalArgumentException if the key has more than 65,535 bytes
     */
    public void remove(byte[] key) {
        entry.put(checked(key), null);
    }

    /** A longer key in a record, also of a removal, would read as damage. */
    private static byte[] checked(byte[] key) {
        if (key.length > DataRecord.MAX_KEY) {
            throw new IllegalArgumentException(
                    "a key of " + key.length + " bytes, expected at most " + DataRecord.MAX_KEY);
        }
        return key;
    }

    /** Forgets the entry that is being applied. */
    public void abandon() {
        entry.clear();
    }

    /**
     * Appends the entry's records to the page cache and lets readers see them. Forces nothing.
     *
     * @return bytes appended
     * @throws IOException if they could not be appended: nothing is visible, and the call may be repeated
     */
    public long commit(long index, long term) throws IOException {
        long bytes = 0;
        if (!entry.changes().isEmpty()) {
            bytes = entry.recordBytes();
            encode(index, bytes);
            publishKeys(files.append(buffer));
            entry.clear();
        }
        snapshot = files.snapshot(index, term);
        return bytes;
    }

    private void encode(long index, long bytes) throws IOException {
        if (bytes > buffer.capacity() || (buffer.capacity() > BUFFER_KEPT && bytes <= BUFFER_KEPT)) {
            int wanted = Math.toIntExact(Math.max(bytes, Math.min(2 * bytes, BUFFER_KEPT)));
            try {
                buffer = ByteBuffer.allocateDirect(wanted);
            } catch (OutOfMemoryError full) { // others may give some back; nothing has been written yet
                throw new IOException("no memory for " + wanted + " bytes outside of the heap", full);
            }
        }
        buffer.clear();
        for (Map.Entry<PendingEntry.Key, PendingEntry.Change> change :
                entry.changes().entrySet()) {
            DataRecord.encode(
                    buffer, index, change.getKey().bytes(), change.getValue().value());
        }
        buffer.flip();
    }

    private void publishKeys(long start) {
        int slot = files.activeSlot();
        keydirWrites.lock();
        try {
            long at = start;
            for (Map.Entry<PendingEntry.Key, PendingEntry.Change> change :
                    entry.changes().entrySet()) {
                byte[] key = change.getKey().bytes();
                byte[] value = change.getValue().value();
                if (value == null) {
                    keydir.remove(key);
                } else {
                    keydir.put(key, slot, at, value.length);
                }
                at += DataRecord.sizeOf(key.length, value == null ? -1 : value.length);
            }
        } finally {
            keys = keydir.size();
            keydirWrites.unlock();
        }
    }

    /**
     * A key's value; {@code null} if it is not there.
     *
     * @throws CorruptionException if the stored record is not what the keydir says: never answered as missing
     * @throws LostRecordException the same, if it was not durable yet: a repair is needed, and brings it back
     */
    public byte @Nullable [] get(byte[] key) throws IOException {
        DataFile file;
        long offset;
        int valueLength;
        keydirReads.lock();
        try {
            int slot = keydir.find(key);
            if (slot < 0) {
                return null;
            }
            file = files.at(keydir.fileAt(slot));
            offset = keydir.offsetAt(slot);
            valueLength = keydir.valueLengthAt(slot);
        } finally {
            keydirReads.unlock();
        }
        try {
            return value(file, offset, key, valueLength);
        } catch (ClosedChannelException closed) {
            throw closed;
        } catch (IOException e) {
            if (offset + DataRecord.sizeOf(key.length, valueLength) <= file.durableLength()) {
                throw e;
            }
            String what = "data file " + file.file().path() + " has lost what was not durable yet at offset " + offset
                    + "; the log has it";
            durable.lost(what);
            throw new LostRecordException(what, e);
        }
    }

    private static byte[] value(DataFile file, long offset, byte[] key, int valueLength) throws IOException {
        int size = Math.toIntExact(DataRecord.sizeOf(key.length, valueLength));
        ByteBuffer record = ByteBuffer.allocate(size);
        file.file().readFully(record, offset);
        int keyEnd = DataRecord.HEADER + key.length;
        if (record.getInt(0) != DataRecord.crc(record, 0, size)
                || record.getInt(20) != key.length
                || record.getInt(24) != valueLength
                || !Arrays.equals(record.array(), DataRecord.HEADER, keyEnd, key, 0, key.length)) {
            throw new CorruptionException("data file " + file.file().path() + " is damaged at offset " + offset
                    + "; restore the file from a copy");
        }
        return Arrays.copyOfRange(record.array(), keyEnd, size);
    }

    /** Whether a key is there; memory only. */
    public boolean contains(byte[] key) {
        return valueLength(key) >= 0;
    }

    /** Length of a key's value in bytes, -1 if it is not there; memory only. */
    public int valueLength(byte[] key) {
        keydirReads.lock();
        try {
            int slot = keydir.find(key);
            return slot < 0 ? -1 : keydir.valueLengthAt(slot);
        } finally {
            keydirReads.unlock();
        }
    }

    /** How many keys there are; one volatile read, so that an event loop may ask while the table grows. */
    public long keys() {
        return keys;
    }

    /** The store after the entry applied last; one volatile read. */
    public BitcaskSnapshot snapshot() {
        return snapshot;
    }

    /**
     * Makes a snapshot durable: every file with unsynced bytes, the directory, the manifest. Blocks. No system call if it is
     * durable already.
     *
     * @param pacingBytes before it is forced, much data is written back in steps of so many bytes; 0 for none
     * @throws io.tidemark.disk.NotReplacedException if no force failed, and the manifest is the old one: it may be called again
     * @throws IOException if it may not be; every later call fails without trying, until {@link #repairNeed} has been met
     */
    public void force(BitcaskSnapshot captured, int pacingBytes) throws IOException {
        durable.force(captured, pacingBytes);
        if (durable.certain()) {
            home.quarantine().release();
        }
    }

    /** As {@link #force(BitcaskSnapshot, int)}, without steps. */
    public void force(BitcaskSnapshot captured) throws IOException {
        force(captured, 0);
    }

    /** What was captured is durable: its index is the durable index now, unless a later one is. Memory only. */
    public void completed(BitcaskSnapshot captured) {
        durable.completed(captured);
    }

    /** What is needed before anything can be forced again. Any thread; memory only. */
    public RepairNeed repairNeed() {
        RepairNeed need = durable.need();
        if (need != RepairNeed.NEW_MANIFEST || !files.hasNameInDoubt()) {
            return need;
        }
        durable.lost(
                "the force of the directory that failed behind the manifest covered the names of new data files, too");
        return RepairNeed.NEW_FILES;
    }

    /**
     * Meets {@link RepairNeed#NEW_MANIFEST}: writes the manifest anew that could not be written. Blocks; on a checkpoint
     * worker, never beside {@link #force}.
     */
    public void rewriteManifest() throws IOException {
        durable.rewriteManifest();
    }

    /** How many files are kept that a repair has given up; see {@link BitcaskRepair}. Any thread; memory only. */
    public int quarantinedFiles() {
        return home.quarantine().count();
    }

    /** Gives to the quarantine what this store has and the one that took its place has not. */
    void leaveTo(Bitcask successor) {
        Manifest proven = successor.durable.proven();
        Set<Long> kept = proven == null ? Set.of() : proven.fileIds();
        home.quarantine().take(files.all(), kept, successor.durable.listed());
    }

    /** Closes a second store that never took the first one's place, and removes the files that it made. */
    void discard() throws IOException {
        close();
        for (DataFile made : files.made()) {
            home.quarantine().remove(home.directory().resolve(DataFile.name(made.id())));
        }
    }

    /** Closes the files; forces nothing. */
    @Override
    public void close() throws IOException {
        files.close();
    }
}
