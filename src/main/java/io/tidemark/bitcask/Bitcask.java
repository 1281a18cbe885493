package io.tidemark.bitcask;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import io.tidemark.disk.durable.DurableState;
import io.tidemark.disk.durable.Quarantine;
import io.tidemark.disk.durable.RepairNeed;
import io.tidemark.disk.durable.StoreDirectory;
import io.tidemark.disk.durable.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shard's store: data files, the keydir over them, and the manifest.
 *
 * <p>Threads: {@link #pending}, {@link #put}, {@link #remove}, {@link #commit} and {@link #abandon} are called on the one
 * thread that applies log entries; {@link #force} on one checkpoint worker at a time; the rest on any thread that may block.
 * Readers see whole entries only, and only once their records are in the page cache.
 *
 * <p>A log entry becomes one batch of records, the last value of each key it touches, written by one positional write. If
 * the write fails, nothing of the entry is visible, and {@link #commit} may be called again: it writes to the same offset if
 * the disk was full, and to a new file after any other error.
 */
public final class Bitcask implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Bitcask.class);
    private static final int BUFFER_KEPT = 16 << 20;

    private final StoreContext home;
    private final DurableState<BitcaskSnapshot, Manifest> durable;
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
            StoreContext home,
            DurableState<BitcaskSnapshot, Manifest> durable,
            List<StoreFile> found,
            Keydir keydir,
            List<String> unlisted) {
        this.home = home;
        this.durable = durable;
        this.keydir = keydir;
        this.unlisted = unlisted;
        ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
        this.keydirReads = lock.readLock();
        this.keydirWrites = lock.writeLock();
        this.keys = keydir.size();
        this.files = new DataFiles(home, durable, found);
        Manifest from = durable.durableManifest();
        this.snapshot = files.snapshot(from == null ? 0 : from.index(), from == null ? 0 : from.term());
    }

    /**
     * Opens a store in the state that its manifest records. Blocks: it reads every durable byte. Changes nothing on disk;
     * call {@link #confirmManifest} next.
     *
     * @param directory created at the first write
     * @param dataDirectoryId the id that every file must carry
     * @param shard the number that every file must carry
     * @throws CorruptionException if durable data is damaged or missing
     */
    public static Bitcask open(Disk disk, Path directory, UUID dataDirectoryId, int shard, BitcaskOptions options)
            throws IOException {
        StoreIdentity owner = new StoreIdentity(dataDirectoryId, shard);
        BitcaskRecovery found = BitcaskRecovery.read(disk, directory, owner);
        StoreContext home = new StoreContext(
                new StoreDirectory(disk, directory, found.nextId()), owner, options, new Quarantine(disk, directory));
        Keydir keydir = load(found.files(), found.manifest());
        return new Bitcask(
                home, new DurableState<>(home.home(), home, found.manifest()), found.files(), keydir, found.unlisted());
    }

    /** Builds the keydir of these files; closes them if that fails. */
    private static Keydir load(List<StoreFile> files, @Nullable Manifest manifest) throws IOException {
        Keydir keydir = new Keydir();
        long total = files.stream().mapToLong(StoreFile::durableLength).sum();
        KeydirLoader loader = new KeydirLoader(keydir, manifest == null ? 0 : manifest.index(), total);
        try {
            int slot = 0;
            for (StoreFile file : files) {
                loader.load(file, slot++);
            }
            return keydir;
        } catch (IOException | RuntimeException | Error e) {
            DataFiles.closeAll(files);
            throw e;
        }
    }

    /**
     * Opens a second store over the same files, with its own descriptors and keydir, in the state of the last manifest known
     * to be on disk. That manifest is taken from memory, not read again; the data is read and checked, and restored if files
     * were removed or replaced: see {@link DisplacedFiles}.
     */
    Bitcask reopenAtDurable() throws IOException {
        Manifest durableManifest = durable.durableManifest();
        if (durableManifest != null) {
            new DisplacedFiles(home, durableManifest).restore(files.all());
        }
        List<Manifest.Entry> entries = durableManifest == null ? List.of() : durableManifest.files();
        List<StoreFile> files = BitcaskRecovery.open(entries, home.disk(), home.directory(), home.owner());
        return new Bitcask(home, durable.successor(), files, load(files, durableManifest), List.of());
    }

    /**
     * Refuses an empty log if there is a manifest: the first manifest is written after the log's first entry, so the log has
     * lost entries.
     *
     * @param lastIndex the log's last index, 0 if it is empty
     * @throws CorruptionException if the log is empty and there is a manifest
     */
    public void requireLog(long lastIndex) throws CorruptionException {
        if (durable.hasManifest() && lastIndex == 0) {
            throw new CorruptionException(missingLogMessage(home.directory()));
        }
    }

    /** The error text for a store that has a manifest but an empty log. */
    public static String missingLogMessage(Path directory) {
        return "the manifest " + directory.resolve(Manifest.NAME)
                + " was written behind the log's first entry, but the log has none: restore the log from a copy";
    }

    /**
     * Rewrites the manifest that was found, then removes data files that it does not list. Call it after the log has
     * accepted the durable index and before entries are replayed: if the manifest were an old one restored from a copy,
     * these files would be the only copy of entries that the log has released. Blocks.
     *
     * <p>A process that died between the manifest's rename and the sync of its directory, or whose sync failed, has left a
     * manifest that reads well but may be gone after a power cut; the previous manifest lists other files. Forcing the
     * directory now proves nothing: some file systems report such a failure only once.
     *
     * @throws IOException if the write fails, for example on a full disk: nothing has been removed, and the call may be
     *     repeated
     */
    public void confirmManifest() throws IOException {
        durable.confirm();
        if (!unlisted.isEmpty()) {
            LOG.info("{}: removing files that the manifest does not list: {}", home.directory(), unlisted);
        }
        for (String name : unlisted) {
            home.disk().delete(home.directory().resolve(name));
        }
    }

    /** Last index that is durable, with all entries before it; 0 until {@link #confirmManifest}. Any thread. */
    public long durableIndex() {
        return durable.index();
    }

    /** Term of the durable index. Any thread. */
    public long durableTerm() {
        return durable.term();
    }

    /** A key's value as seen by the entry being applied; {@code null} if the key is missing. */
    public byte @Nullable [] pending(byte[] key) throws IOException {
        PendingEntry.Change change = entry.find(key);
        return change != null ? change.value() : get(key);
    }

    /** Whether the key exists, as seen by the entry being applied. */
    public boolean pendingContains(byte[] key) {
        PendingEntry.Change change = entry.find(key);
        return change != null ? change.value() != null : contains(key);
    }

    /**
     * Sets a key in the entry being applied.
     *
     * @throws IllegalArgumentException if the key has more than 65,535 bytes
     */
    public void put(byte[] key, byte[] value) {
        entry.put(checked(key), value);
    }

    /**
     * Removes a key in the entry being applied.
     *
     * @throws IllegalArgumentException if the key has more than 65,535 bytes
     */
    public void remove(byte[] key) {
        entry.put(checked(key), null);
    }

    /** A longer key in a record, a tombstone included, would be read as damage. */
    private static byte[] checked(byte[] key) {
        if (key.length > DataRecord.MAX_KEY) {
            throw new IllegalArgumentException(
                    "a key of " + key.length + " bytes, expected at most " + DataRecord.MAX_KEY);
        }
        return key;
    }

    /** Discards the entry being applied. */
    public void abandon() {
        entry.clear();
    }

    /**
     * Appends the entry's records to the page cache and makes them visible to readers. Forces nothing.
     *
     * @return bytes appended
     * @throws IOException if the append failed: nothing is visible, and the call may be repeated
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
            } catch (OutOfMemoryError full) { // memory may be freed later; nothing has been written yet
                throw new IOException("no direct memory for " + wanted + " bytes", full);
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
     * A key's value; {@code null} if the key is missing.
     *
     * @throws CorruptionException if the stored record does not match the keydir: never reported as a missing key
     * @throws LostRecordException the same for a record that was not durable yet: a repair restores it
     */
    public byte @Nullable [] get(byte[] key) throws IOException {
        StoreFile file;
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
            durable.dataLost(what);
            throw new LostRecordException(what, e);
        }
    }

    private static byte[] value(StoreFile file, long offset, byte[] key, int valueLength) throws IOException {
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

    /** Whether a key exists; memory only. */
    public boolean contains(byte[] key) {
        return valueLength(key) >= 0;
    }

    /** Length of a key's value in bytes, -1 if the key is missing; memory only. */
    public int valueLength(byte[] key) {
        keydirReads.lock();
        try {
            int slot = keydir.find(key);
            return slot < 0 ? -1 : keydir.valueLengthAt(slot);
        } finally {
            keydirReads.unlock();
        }
    }

    /** Number of keys; one volatile read, so an event loop may call it while the table grows. */
    public long keys() {
        return keys;
    }

    /** The store after the last applied entry; one volatile read. */
    public BitcaskSnapshot snapshot() {
        return snapshot;
    }

    /**
     * Makes a snapshot durable: every file with unsynced bytes, the directory, the manifest. Blocks. Makes no system call if
     * the snapshot is durable already.
     *
     * @param pacingBytes step of paced write-back before the force, in bytes; 0 switches it off
     * @throws io.tidemark.disk.NotReplacedException if no force failed and the old manifest is in place: the call may be
     *     repeated
     * @throws IOException after any other failure; every later call fails at once, until the store is repaired as {@link
     *     #repairNeed} says
     */
    public void force(BitcaskSnapshot snapshot, int pacingBytes) throws IOException {
        durable.force(snapshot, pacingBytes);
        if (durable.manifestCertain()) {
            home.quarantine().release();
        }
    }

    /** As {@link #force(BitcaskSnapshot, int)}, without paced write-back. */
    public void force(BitcaskSnapshot snapshot) throws IOException {
        force(snapshot, 0);
    }

    /** The snapshot is durable: its index becomes the durable index, unless that is higher already. Memory only. */
    public void completed(BitcaskSnapshot snapshot) {
        durable.completed(snapshot);
    }

    /** The repair that is needed before anything can be forced again. Any thread; memory only. */
    public RepairNeed repairNeed() {
        RepairNeed need = durable.need();
        if (need != RepairNeed.NEW_MANIFEST || !files.hasNameInDoubt()) {
            return need;
        }
        durable.dataLost(
                "the directory force that failed after the manifest's rename covered the names of new data files as well");
        return RepairNeed.NEW_FILES;
    }

    /**
     * The repair for {@link RepairNeed#NEW_MANIFEST}: writes the manifest again that could not be written. Blocks; on a
     * checkpoint worker, never concurrently with {@link #force}.
     */
    public void rewriteManifest() throws IOException {
        durable.rewriteManifest();
    }

    /** Number of files in quarantine after repairs; see {@link BitcaskRepair}. Any thread; memory only. */
    public int quarantinedFiles() {
        return home.quarantine().count();
    }

    /** Quarantines the files of this store that the store replacing it does not use. */
    void quarantineReplacedFiles(Bitcask successor) {
        Manifest durableManifest = successor.durable.durableManifest();
        Set<Long> kept = durableManifest == null ? Set.of() : durableManifest.fileIds();
        home.quarantine().take(files.all(), kept, successor.durable.listed());
    }

    /** Closes a replacement that was never used, and removes the files that it created. */
    void discard() throws IOException {
        close();
        for (StoreFile file : files.created()) {
            home.quarantine().remove(home.directory().resolve(DataFile.name(file.id())));
        }
    }

    /** Closes the files; forces nothing. */
    @Override
    public void close() throws IOException {
        files.close();
    }
}
