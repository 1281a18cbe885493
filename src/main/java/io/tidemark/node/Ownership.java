package io.tidemark.node;

import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import io.tidemark.disk.DiskFull;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ensures that one process at a time uses a directory, even where two can hold its lock: {@code LOCK} was removed, or the two
 * access the directory in ways that do not share file locks (bindfs, sshfs, overlays, NFS without locks).
 *
 * <p>Two files beside {@code LOCK}, each an {@link OwnerRecord}: {@code OWNER} names the owner of the directory, {@code CLAIM}
 * a process that asks for it. Suppose that A owns it:
 *
 * <pre>
 *      A, running                                   B, starting
 *      every second, a check:                  1    takes the lock, in its view
 *        LOCK is still the locked file?        2    creates CLAIM, which must not exist
 *        CLAIM exists? deletes it              3    reads OWNER: did A stop in order, or was A's lock on the same
 *        OWNER names A?                             file, on the same kernel, as B's? then go to 6
 *      before it acknowledges or changes       4    else waits {@value #CLAIM_MS} ms. CLAIM gone: A has answered,
 *      a name: did the last successful check        B is refused
 *      begin less than                         5
 *      {@value #LEASE_MS} ms ago? else it checks first        6    renames CLAIM to OWNER. CLAIM gone: B is refused
 *                                              7    if it had to wait: waits as long again, checking as A does
 *                                              8    replays the log, serves
 * </pre>
 *
 * <p>So an ordinary start does not wait, and A, if it runs, keeps the directory: deleting CLAIM and renaming it exclude each
 * other. If A does not answer, because it is suspended, hung or behind a cache, B gets the directory, and A acknowledges nothing
 * more: a check begun before 2 has expired at 6, and one begun after 6 finds B. What A acknowledged was in the log before A
 * checked, so before 8. Step 7 covers a view in which A can't see CLAIM but reads OWNER. A failed check proves nothing: then A
 * neither acknowledges nor ends.
 *
 * <p>If LOCK or OWNER is missing or replaced, A ends too, even if no other process exists: creating them again would race with a
 * process that is just starting.
 *
 * <p>Two processes that start at once meet at 2. On a full disk OWNER is overwritten in place, which needs no space.
 */
final class Ownership {
    /** The file that names the owner. */
    static final String FILE = "OWNER";

    /** The file of a process that asks for the directory. */
    static final String CLAIM = "CLAIM";

    /** How long a successful check is valid, in milliseconds. */
    static final long LEASE_MS = 3_000;

    /** How long a claim waits for an answer; longer than a check is valid. */
    static final long CLAIM_MS = 4_000;

    private static final Logger LOG = LoggerFactory.getLogger(Ownership.class);
    private static final long POLL_MS = 100;

    private final Disk disk;
    private final HeldLock lock;
    private final OwnerRecord own;
    private final OwnershipClock clock;
    private final Path file;
    private final Path claim;
    private @Nullable OwnerRecord displaced;
    private boolean found;
    private boolean claimed = true;
    private boolean answered;
    private String stamp = "";

    private Ownership(Disk disk, HeldLock lock, OwnerRecord own, OwnershipClock clock) {
        this.disk = disk;
        this.lock = lock;
        this.own = own;
        this.clock = clock;
        this.file = lock.directory().resolve(FILE);
        this.claim = lock.directory().resolve(CLAIM);
    }

    /**
     * Takes a directory, if no process owns it. Blocks, for {@value #CLAIM_MS} ms twice if the lock can't be trusted.
     *
     * @param lock held
     * @param incarnation of this process
     * @param machine see {@link Machine#boot}
     * @param fresh whether it has no data yet
     * @param ended another process that is known to have ended, or {@code null}
     * @throws DataDirectoryException if another process owns it, or is just taking it
     */
    static Ownership take(
            Disk disk,
            HeldLock lock,
            UUID incarnation,
            String machine,
            boolean fresh,
            @Nullable UUID ended,
            OwnershipClock clock)
            throws IOException {
        OwnerRecord own = new OwnerRecord(
                incarnation, machine, lock.key(), ProcessHandle.current().pid(), true);
        Ownership ownership = new Ownership(disk, lock, own, clock);
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

    /** The directory. */
    Path directory() {
        return lock.directory();
    }

    /** The directory and the setting that names it, for messages. */
    String name() {
        return lock.directory() + " (`" + lock.setting() + "`)";
    }

    /** The previous owner, which has ended, or {@code null}. */
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
        boolean mustWait = contested || !certain;
        if (mustWait) {
            LOG.info(
                    "{}: its lock does not show whether {} has ended; waiting {} ms to see whether it answers",
                    name(),
                    before.map(OwnerRecord::name).orElse("another node"),
                    CLAIM_MS);
            await(CLAIM_MS, this::requireUnanswered);
        }
        replaceOwner();
        requireOwned(check());
        stamp = lock.stamp(file);
        if (mustWait) {
            await(CLAIM_MS, () -> requireOwned(check()));
        }
    }

    /** @return false if another claim existed that was not withdrawn in time */
    private boolean claim() throws IOException {
        boolean uncontested = true;
        long until = clock.nanoTime() + millis(CLAIM_MS + LEASE_MS);
        while (true) {
            try (DiskFile out = disk.create(claim)) {
                try {
                    out.writeFully(ByteBuffer.wrap(own.encode()), 0);
                    out.force();
                } catch (IOException failed) {
                    requireFull(failed); // an empty claim counts as well
                }
                return uncontested;
            } catch (FileAlreadyExistsException another) {
                boolean stale =
                        read(file).filter(owner -> owner.hadTheLockOf(own)).isPresent();
                if (stale || clock.nanoTime() - until > 0) {
                    uncontested &= stale;
                    disk.delete(claim);
                } else {
                    pause();
                }
            } catch (IOException failed) {
                requireFull(failed);
                if (read(file).filter(owner -> owner.hadTheLockOf(own)).isEmpty()) {
                    throw failed;
                }
                claimed = false; // no claim was written; the lock suffices
                return true;
            }
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    private void await(long millis, Step step) throws IOException {
        long until = clock.nanoTime() + millis(millis);
        while (clock.nanoTime() - until < 0) {
            step.run();
            pause();
        }
        step.run();
    }

    private void pause() throws DataDirectoryException {
        try {
            clock.pause(POLL_MS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new DataDirectoryException(name() + ": interrupted while waiting for another node's answer");
        }
    }

    private void requireUnanswered() throws IOException {
        if (!isMyClaim()) {
            String who = read(file).map(OwnerRecord::name).orElse("another one that is starting");
            throw new DataDirectoryException(name() + " is in use by another node: " + who
                    + " has answered. Stop that node, or give this one a `" + lock.setting()
                    + "` of its own. (File locks don't keep the two apart here: LOCK was removed, or they reach the"
                    + " directory in different ways)");
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
                requireFull(failed); // other processes see it; after a power cut there are none
            }
        } catch (NoSuchFileException none) {
            throw new DataDirectoryException(
                    name() + " has no space for a file of " + OwnerRecord.BYTES + " bytes; free some", none);
        }
    }

    private static void requireFull(IOException failed) throws IOException {
        if (!DiskFull.isCauseOf(failed)) {
            throw failed;
        }
    }

    private void requireOwned(OwnerCheck result) throws IOException {
        result.handle(new OwnerCheck.Handler<IOException>() {
            @Override
            public void owned() {}

            @Override
            public void lost(String what) throws IOException {
                throw new DataDirectoryException(name() + ": " + what
                        + " while this node was starting. Start one node on a directory, and leave "
                        + DirectoryLock.FILE + " and " + FILE + " alone");
            }

            @Override
            public void unknown(IOException why) throws IOException {
                throw why;
            }
        });
    }

    /** Checks whether this process still owns the directory, and answers claims. Blocks; one thread at a time. */
    OwnerCheck check() {
        try {
            String at = lock.keyAtName();
            if (!at.equals(lock.key())) {
                return new OwnerCheck.Lost(
                        "the file " + DirectoryLock.FILE + " is not the one that this node has locked");
            }
            answerClaim();
            Optional<OwnerRecord> owner;
            try {
                owner = read(file);
            } catch (IOException unreadable) { // out of descriptors, say
                if (lock.stamp(file).equals(stamp)) {
                    return OwnerCheck.OWNED;
                }
                throw unreadable;
            }
            if (owner.isEmpty()) {
                return new OwnerCheck.Lost("the file " + FILE + (disk.exists(file) ? " is damaged" : " is gone"));
            }
            return owner.get().incarnation().equals(own.incarnation())
                    ? OwnerCheck.OWNED
                    : new OwnerCheck.Lost("the file " + FILE + " names another node, "
                            + owner.get().name() + ", and not this one, " + own.name());
        } catch (NoSuchFileException gone) {
            return new OwnerCheck.Lost("the file " + DirectoryLock.FILE + " is gone");
        } catch (IOException unknown) {
            return new OwnerCheck.Unknown(unknown);
        }
    }

    private void answerClaim() throws IOException {
        if (disk.exists(claim)) {
            disk.delete(claim);
            if (answered) {
                return;
            }
            answered = true;
            LOG.warn("{}: another node claimed it and was refused; start only one node on a directory", name());
        }
    }

    /** The record in a file; empty if the file is missing or damaged. */
    private Optional<OwnerRecord> read(Path path) throws IOException {
        if (!disk.exists(path)) {
            return Optional.empty();
        }
        try (DiskFile in = disk.openForRead(path)) {
            ByteBuffer bytes = ByteBuffer.allocate(OwnerRecord.BYTES);
            while (bytes.hasRemaining() && in.read(bytes, bytes.position()) > 0) {
                // to the end of the file
            }
            return OwnerRecord.decode(Arrays.copyOf(bytes.array(), bytes.position()));
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        }
    }

    /** Records an orderly stop, so that the next process does not wait. Does nothing if the directory was lost. */
    void release() {
        try {
            if (!(check() instanceof OwnerCheck.Owned)) {
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
            LOG.debug(
                    "{}: the stop of this node was not recorded; the next start detects it by the lock",
                    name(),
                    failed);
        }
    }

    /** Releases a refused directory: deletes {@code OWNER} if it did not exist before, else the same as {@link #release}. */
    void withdraw() {
        if (found) {
            release();
            return;
        }
        try {
            if (check() instanceof OwnerCheck.Owned) {
                disk.delete(file);
            }
        } catch (IOException failed) {
            LOG.debug("{} could not be removed", file, failed);
        }
    }

    private static long millis(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
