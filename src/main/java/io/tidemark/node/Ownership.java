package io.tidemark.node;

import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import io.tidemark.disk.DiskFull;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * That one process at a time uses a directory, also where two can hold its lock: somebody has removed {@code LOCK}, or the two
 * see the directory by ways that keep file locks apart (bindfs, sshfs, overlays, NFS without locks).
 *
 * <p>Two files beside {@code LOCK}, each an {@link OwnerRecord}: {@code OWNER} says who has the directory, {@code CLAIM} that
 * somebody asks for it. Say that A has it:
 *
 * <pre>
 *      A, running                                   B, starting
 *      every second, a look:                   1    takes the lock, in its view
 *        LOCK at its name is mine?             2    makes CLAIM, which must not be there
 *        CLAIM there? removes it               3    reads OWNER: did A stop in order, or was its lock on the
 *        OWNER names me?                            very file, by the same kernel, that B's is on? then go to 6
 *      before it acknowledges or changes       4    else waits {@value #CLAIM_MS} ms. CLAIM gone: somebody answers,
 *      a name: was the last look that found         B is refused
 *      all well begun less than                5
 *      {@value #LEASE_MS} ms ago? else it looks first         6    renames CLAIM to OWNER. CLAIM gone: B is refused
 *                                              7    if it had to wait: waits as long again, looking as A does
 *                                              8    replays the log, serves
 * </pre>
 *
 * <p>So an ordinary start waits for nothing, and A, if it runs, keeps the directory: removing CLAIM and renaming it exclude each
 * other. If A doesn't answer, be it stopped, hung or behind a cache, B gets the directory, and A acknowledges nothing more: a look
 * begun before 2 counts no longer at 6, and one begun after 6 finds B. What A did acknowledge was in the log before A looked, so
 * before 8. Step 7 covers a view in which A can't see CLAIM, but reads OWNER. A look that fails says nothing: then A neither
 * acknowledges nor ends.
 *
 * <p>If LOCK or OWNER is gone or is another file, A ends too, though there may be nobody else: to make them again would race with
 * whoever starts just now.
 *
 * <p>Two that start at once meet at 2. On a full disk OWNER is written over in place: to be used again it needs no room.
 */
final class Ownership {
    /** Who has the directory. */
    static final String FILE = "OWNER";

    /** Who asks for it. */
    static final String CLAIM = "CLAIM";

    /** How long a look that has found all well holds, in milliseconds. */
    static final long LEASE_MS = 3_000;

    /** How long a claim waits for an answer; longer than a look holds. */
    static final long CLAIM_MS = 4_000;

    private static final Logger LOG = LoggerFactory.getLogger(Ownership.class);
    private static final long POLL_MS = 100;

    private final Disk disk;
    private final HeldLock lock;
    private final OwnerRecord own;
    private final OwnershipClock pace;
    private final Path file;
    private final Path claim;
    private @Nullable OwnerRecord displaced;
    private boolean found;
    private boolean claimed = true;
    private boolean answered;
    private String stamp = "";

    private Ownership(Disk disk, HeldLock lock, OwnerRecord own, OwnershipClock pace) {
        this.disk = disk;
        this.lock = lock;
        this.own = own;
        this.pace = pace;
        this.file = lock.directory().resolve(FILE);
        this.claim = lock.directory().resolve(CLAIM);
    }

    /**
     * Takes a directory, if nobody has it. Blocks, for {@value #CLAIM_MS} ms twice if the lock can't be trusted.
     *
     * @param lock held
     * @param incarnation this process's
     * @param machine see {@link Machine#boot}
     * @param fresh whether nothing was ever kept in it
     * @param ended another process that is known to have ended; {@code null} if none is
     * @throws DataDirectoryException if another process has it, or is just taking it
     */
    static Ownership take(
            Disk disk,
            HeldLock lock,
            UUID incarnation,
            String machine,
            boolean fresh,
            @Nullable UUID ended,
            OwnershipClock pace)
            throws IOException {
        OwnerRecord own = new OwnerRecord(
                incarnation, machine, lock.key(), ProcessHandle.current().pid(), true);
        Ownership ownership = new Ownership(disk, lock, own, pace);
        try {
            ownership.take(fresh, ended);
        } catch (DataDirectoryException refused) {
            throw refused;
        } catch (IOException failed) {
            throw new DataDirectoryException(
                    lock.directory() + " (`" + lock.setting() + "`) can't be taken; the node's user must be able to"
                            + " write there",
                    failed);
        }
        return ownership;
    }

    /** Where. */
    Path directory() {
        return lock.directory();
    }

    /** The directory and the setting that names it, for messages. */
    String name() {
        return lock.directory() + " (`" + lock.setting() + "`)";
    }

    /** The process that had it before and has ended; {@code null} if none had. */
    @Nullable
    UUID displaced() {
        OwnerRecord before = displaced;
        return before == null ? null : before.incarnation();
    }

    private void take(boolean fresh, @Nullable UUID ended) throws IOException {
        boolean contested = !claim();
        Optional<OwnerRecord> before = read(file);
        displaced = before.orElse(null);
        found = disk.exists(file);
        boolean certain = before.isPresent()
                ? !before.get().running()
                        || before.get().hadTheLockOf(own)
                        || before.get().incarnation().equals(ended)
                : fresh && !found;
        boolean waits = contested || !certain;
        if (waits) {
            LOG.info(
                    "{}: its lock does not show whether {} has ended; waiting {} ms to see whether it answers",
                    name(),
                    before.map(OwnerRecord::name).orElse("another node"),
                    CLAIM_MS);
            await(CLAIM_MS, this::requireUnanswered);
        }
        replaceOwner();
        require(look());
        stamp = lock.stamp(file);
        if (waits) {
            await(CLAIM_MS, () -> require(look()));
        }
    }

    /** @return false if another claim was there that nobody took back for as long as it may wait */
    private boolean claim() throws IOException {
        boolean alone = true;
        long until = pace.nanoTime() + millis(CLAIM_MS + LEASE_MS);
        while (true) {
            try (DiskFile out = disk.create(claim)) {
                try {
                    out.writeFully(ByteBuffer.wrap(own.encode()), 0);
                    out.force();
                } catch (IOException failed) {
                    requireFull(failed); // an empty one asks as well
                }
                return alone;
            } catch (FileAlreadyExistsException another) {
                boolean left =
                        read(file).filter(owner -> owner.hadTheLockOf(own)).isPresent();
                if (left || pace.nanoTime() - until > 0) {
                    alone &= left;
                    disk.delete(claim);
                } else {
                    pause();
                }
            } catch (IOException failed) {
                requireFull(failed);
                if (read(file).filter(owner -> owner.hadTheLockOf(own)).isEmpty()) {
                    throw failed;
                }
                claimed = false; // the lock will do
                return true;
            }
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    private void await(long millis, Step step) throws IOException {
        long until = pace.nanoTime() + millis(millis);
        while (pace.nanoTime() - until < 0) {
            step.run();
            pause();
        }
        step.run();
    }

    private void pause() throws DataDirectoryException {
        try {
            pace.pause(POLL_MS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new DataDirectoryException(name() + ": interrupted while waiting for another node's answer");
        }
    }

    private void requireUnanswered() throws IOException {
        if (!isMyClaim()) {
            String who = read(file).map(OwnerRecord::name).orElse("one that is starting, too");
            throw new DataDirectoryException(name() + " is in use by another node: " + who
                    + " has answered. Stop that node, or give this one a `" + lock.setting()
                    + "` of its own. (File locks don't keep the two apart here: LOCK was removed, or they see the"
                    + " directory by different ways)");
        }
    }

    private boolean isMyClaim() throws IOException {
        try {
            byte[] contents = disk.readAll(claim, OwnerRecord.BYTES);
            return contents.length == 0 || OwnerRecord.decode(contents).equals(Optional.of(own));
        } catch (NoSuchFileException gone) {
            return false;
        }
    }

    private void replaceOwner() throws IOException {
        if (!claimed) {
            writeInPlace(own);
            return;
        }
        requireUnanswered();
        if (disk.readAll(claim, OwnerRecord.BYTES).length == 0) {
            writeInPlace(own);
            disk.delete(claim);
            return;
        }
        try {
            disk.rename(claim, file);
        } catch (NoSuchFileException answered) {
            requireUnanswered();
            throw answered;
        }
        disk.forceDirectory(lock.directory());
    }

    private void writeInPlace(OwnerRecord record) throws IOException {
        try (DiskFile out = disk.openForWrite(file)) {
            out.writeFully(ByteBuffer.wrap(record.encode()), 0);
            try {
                out.force();
            } catch (IOException failed) {
                requireFull(failed); // others see it; after a power cut there are no others
            }
        } catch (NoSuchFileException none) {
            throw new DataDirectoryException(
                    name() + " has no room for a file of " + OwnerRecord.BYTES + " bytes; make some", none);
        }
    }

    private static void requireFull(IOException failed) throws IOException {
        if (!DiskFull.isCauseOf(failed)) {
            throw failed;
        }
    }

    private void require(OwnerCheck seen) throws IOException {
        if (seen instanceof OwnerCheck.Lost lost) {
            throw new DataDirectoryException(name() + ": " + lost.what()
                    + " while this node was starting. Start one node on a directory, and leave " + DirectoryLock.FILE
                    + " and " + FILE + " alone");
        }
        if (seen instanceof OwnerCheck.Unknown unknown) {
            throw unknown.why();
        }
    }

    /** Looks whether the directory is still this process's, and answers who asks. Blocks; one thread at a time. */
    OwnerCheck look() {
        try {
            String at = lock.keyAtName();
            if (!at.equals(lock.key())) {
                return new OwnerCheck.Lost(
                        "the file " + DirectoryLock.FILE + " is another one than this node has locked");
            }
            answer();
            Optional<OwnerRecord> owner;
            try {
                owner = read(file);
            } catch (IOException unreadable) { // out of descriptors, say
                if (lock.stamp(file).equals(stamp)) {
                    return OwnerCheck.MINE;
                }
                throw unreadable;
            }
            if (owner.isEmpty()) {
                return new OwnerCheck.Lost("the file " + FILE + (disk.exists(file) ? " is damaged" : " is gone"));
            }
            return owner.get().incarnation().equals(own.incarnation())
                    ? OwnerCheck.MINE
                    : new OwnerCheck.Lost("the file " + FILE + " names another node, "
                            + owner.get().name() + ", and not this one, " + own.name());
        } catch (NoSuchFileException gone) {
            return new OwnerCheck.Lost("the file " + DirectoryLock.FILE + " is gone");
        } catch (IOException unknown) {
            return new OwnerCheck.Unknown(unknown);
        }
    }

    private void answer() throws IOException {
        if (disk.exists(claim)) {
            disk.delete(claim);
            if (answered) {
                return;
            }
            answered = true;
            LOG.warn("{}: another node has asked for it, and was refused; start one node on a directory", name());
        }
    }

    /** What a file says; empty if there is none, or it is damaged. */
    private Optional<OwnerRecord> read(Path path) throws IOException {
        if (!disk.exists(path)) {
            return Optional.empty();
        }
        try (DiskFile in = disk.openForRead(path)) {
            ByteBuffer bytes = ByteBuffer.allocate(OwnerRecord.BYTES);
            while (bytes.hasRemaining() && in.read(bytes, bytes.position()) > 0) {
                // to the end of the file
            }
            return OwnerRecord.decode(java.util.Arrays.copyOf(bytes.array(), bytes.position()));
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        }
    }

    /** Notes that this process has stopped in order, so that the next one waits for nothing. Does nothing if it has lost it. */
    void release() {
        try {
            if (!(look() instanceof OwnerCheck.Mine)) {
                return;
            }
            try {
                disk.replace(file, own.stopped().encode());
            } catch (IOException failed) {
                requireFull(failed);
                disk.delete(file.resolveSibling(FILE + ".new"));
                writeInPlace(own.stopped());
            }
        } catch (IOException failed) {
            LOG.debug("{}: not noted that this node has stopped; the next start finds out by the lock", name(), failed);
        }
    }

    /** Leaves no trace where nothing was before, else the same as {@link #release}: the directory was refused. */
    void withdraw() {
        if (found) {
            release();
            return;
        }
        try {
            if (look() instanceof OwnerCheck.Mine) {
                disk.delete(file);
            }
        } catch (IOException failed) {
            LOG.debug("{} could not be removed", file, failed);
        }
    }

    private static long millis(long millis) {
        return java.util.concurrent.TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
