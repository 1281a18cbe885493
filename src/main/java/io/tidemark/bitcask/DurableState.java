package io.tidemark.bitcask;

import io.tidemark.bitcask.BitcaskSnapshot.FileSnapshot;
import io.tidemark.disk.NotReplacedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The durable state of a store, and the code that advances it.
 *
 * <p>After a failed force nothing is forced again: the kernel may have dropped the pages it could not write, and would
 * report success despite the loss. The remedy depends on what failed, never on the errno, which can differ from call to
 * call:
 *
 * <ul>
 *   <li>The force of a file, of a range of it, or of the directory that names it: this object can't be used any more. The
 *       store is opened a second time in the state of its {@linkplain #durableManifest() last durable manifest}, as memory
 *       has it, and writes to new files.
 *   <li>The force of the manifest or of its directory, after all that it lists was forced: the manifest is written again,
 *       into a new file. Until that succeeds, a power cut may leave any of the manifests that were tried, or the one before
 *       them. So the log keeps the entries that the oldest one needs, and no file is removed that {@linkplain #listed() any
 *       of them lists}.
 *   <li>The new manifest could not be created or written: no force has failed, and the old manifest is in place. No repair
 *       is needed; the next generation forces its own data and writes its own manifest.
 * </ul>
 */
final class DurableState {

    private sealed interface Failure {
        record None() implements Failure {}

        /** All data that a manifest lists is on disk; the manifest itself may not be. */
        record ManifestUncertain(Manifest manifest, String why) implements Failure {}

        /** Bytes or directory entries that were to be forced may be lost. */
        record DataLost(String why) implements Failure {}
    }

    private static final Failure NONE = new Failure.None();

    private final StoreContext home;
    private final Object lock = new Object();
    private final AtomicReference<Failure> failure = new AtomicReference<>(NONE);
    private final List<Manifest> maybeOnDisk = new ArrayList<>();
    private @Nullable Manifest durableManifest;
    private volatile boolean prepared;
    private volatile boolean confirmed;
    private volatile long index;
    private volatile long term;

    /** @param durableManifest the manifest known to be on disk, or the one to {@linkplain #confirm} first */
    DurableState(StoreContext home, @Nullable Manifest durableManifest) {
        this.home = home;
        this.durableManifest = durableManifest;
        this.prepared = durableManifest != null;
        this.confirmed = durableManifest == null;
    }

    private void publish(Manifest manifest) {
        term = manifest.term();
        index = manifest.index();
    }

    /** The state of the store that replaces this one: the same durable manifest, the same uncertain ones. */
    DurableState successor() {
        synchronized (lock) {
            DurableState next = new DurableState(home, durableManifest);
            next.maybeOnDisk.addAll(maybeOnDisk);
            if (durableManifest != null && confirmed) {
                next.confirmed = true;
                next.publish(durableManifest);
            }
            return next;
        }
    }

    long index() {
        return index;
    }

    long term() {
        return term;
    }

    /** The last manifest known to be on disk, with all that it lists; {@code null} if none was ever written. */
    @Nullable
    Manifest durableManifest() {
        synchronized (lock) {
            return durableManifest;
        }
    }

    /** Whether a power cut can leave one manifest only. */
    boolean manifestCertain() {
        synchronized (lock) {
            return maybeOnDisk.isEmpty();
        }
    }

    /** Numbers of the files that are listed by any manifest that a power cut may leave. */
    Set<Long> listed() {
        synchronized (lock) {
            Set<Long> ids = new HashSet<>();
            if (durableManifest != null) {
                ids.addAll(durableManifest.fileIds());
            }
            for (Manifest manifest : maybeOnDisk) {
                ids.addAll(manifest.fileIds());
            }
            return ids;
        }
    }

    RepairNeed need() {
        Failure now = failure.get();
        if (now == NONE) {
            return RepairNeed.NOTHING;
        }
        return now instanceof Failure.DataLost ? RepairNeed.NEW_FILES : RepairNeed.NEW_MANIFEST;
    }

    /** Bytes that were not durable yet are lost: nothing is forced from now on. Any thread. */
    void dataLost(String why) {
        failure.updateAndGet(now -> now instanceof Failure.DataLost ? now : new Failure.DataLost(why));
    }

    private void requireNoFailure() throws IOException {
        Failure now = failure.get();
        if (now instanceof Failure.DataLost lost) {
            throw new IOException("not forced again after an earlier failure: " + lost.why());
        }
        if (now instanceof Failure.ManifestUncertain uncertain) {
            throw new IOException("not forced again after an earlier failure of the manifest: " + uncertain.why());
        }
    }

    /**
     * Called before the first data file is created: creates the directory, and a manifest that lists no file. From then on a
     * missing manifest is always corruption.
     */
    void prepare() throws IOException {
        if (prepared) {
            return; // without the lock, which a hanging generation may hold
        }
        synchronized (lock) {
            if (!prepared) {
                write(new Manifest(home.owner(), 0, 0, home.nextId().get(), List.of()));
            }
        }
    }

    /** Whether a manifest was written, listing files or not. */
    boolean hasManifest() {
        return prepared;
    }

    /** Rewrites the manifest that was found, if any: its directory entry may not be on disk. */
    void confirm() throws IOException {
        if (confirmed) {
            return;
        }
        synchronized (lock) {
            if (!confirmed && durableManifest != null) {
                write(durableManifest);
                publish(durableManifest);
                confirmed = true;
            }
        }
    }

    /** See {@link Bitcask#force}. Forces data, then the directory, then the manifest, which records all that as durable. */
    void force(BitcaskSnapshot snapshot, int pacingBytes) throws IOException {
        requireNoFailure();
        confirm();
        synchronized (lock) {
            if (snapshot.index() <= (durableManifest == null ? 0 : durableManifest.index())) {
                return;
            }
        }
        try {
            new PacedWriteBack(home.disk(), pacingBytes).run(snapshot.files());
            forceData(snapshot);
            requireInPlace(snapshot);
        } catch (IOException | RuntimeException | Error e) {
            for (FileSnapshot each : snapshot.files()) {
                if (each.unsynced()) {
                    each.file().poison();
                }
            }
            dataLost(String.valueOf(e.getMessage()));
            throw e;
        }
        requireNoFailure(); // a reader may have found lost bytes meanwhile
        Manifest next = manifestOf(snapshot);
        synchronized (lock) {
            try {
                write(next);
            } catch (NotReplacedException e) {
                throw e; // no force has failed: the next generation may force again
            } catch (IOException | RuntimeException | Error e) {
                failure.compareAndSet(NONE, new Failure.ManifestUncertain(next, String.valueOf(e.getMessage())));
                throw e;
            }
        }
    }

    private void forceData(BitcaskSnapshot snapshot) throws IOException {
        boolean newNames = false;
        for (FileSnapshot each : snapshot.files()) {
            if (each.unsynced()) {
                force(each);
                newNames |= !each.file().nameDurable();
            }
        }
        if (newNames) {
            forceDirectory(snapshot);
        }
    }

    /** The paths that the manifest will list must lead to the files just forced: the next start opens these paths. */
    private void requireInPlace(BitcaskSnapshot snapshot) throws IOException {
        String first = null;
        int count = 0;
        for (FileSnapshot each : snapshot.files()) {
            String found = each.file().displacement(home.disk(), each.length());
            if (found != null) {
                first = first == null ? found : first;
                count++;
            }
        }
        if (first != null) {
            throw new IOException((count == 1 ? first : first + ", and " + (count - 1) + " more")
                    + "; only the node may change its files while it runs");
        }
    }

    private void forceDirectory(BitcaskSnapshot snapshot) throws IOException {
        for (FileSnapshot each : snapshot.files()) {
            if (home.isInDoubt(each.file())) {
                throw new IOException("the name of " + each.file().file().path()
                        + " was among those of an earlier force of its directory that failed");
            }
        }
        try {
            home.disk().forceDirectory(home.directory());
        } catch (IOException | RuntimeException | Error e) {
            home.failedDirectoryForces().incrementAndGet();
            throw e;
        }
        snapshot.files().forEach(each -> each.file().markNameDurable());
    }

    private static void force(FileSnapshot each) throws IOException {
        try {
            each.file().file().force();
        } catch (IOException e) {
            throw new IOException("forcing " + each.file().file().path() + ": " + e.getMessage(), e);
        }
    }

    private Manifest manifestOf(BitcaskSnapshot snapshot) {
        List<Manifest.Entry> files = snapshot.files().stream()
                .map(each -> new Manifest.Entry(each.file().id(), each.length()))
                .toList();
        return new Manifest(home.owner(), snapshot.index(), snapshot.term(), snapshot.nextId(), files);
    }

    /** Called with the lock held. After it returns, a power cut can leave this manifest only. */
    private void write(Manifest next) throws IOException {
        if (!prepared) {
            home.disk().createDurably(home.directory());
        }
        boolean added = !maybeOnDisk.contains(next);
        if (added) {
            maybeOnDisk.add(next);
        }
        try {
            next.write(home.disk(), home.directory());
        } catch (NotReplacedException e) {
            if (added) {
                maybeOnDisk.remove(next);
            }
            throw e;
        } catch (IOException | RuntimeException | Error e) {
            if (mayBeInPlace(next)) {
                home.failedDirectoryForces().incrementAndGet();
            }
            throw e;
        }
        durableManifest = next;
        maybeOnDisk.clear();
        prepared = true;
    }

    /** Whether the rename may have happened, so that it was the force of the directory that failed. */
    private boolean mayBeInPlace(Manifest next) {
        try {
            return Manifest.read(home.disk(), home.directory(), home.owner()).equals(next);
        } catch (IOException unknown) {
            return true;
        }
    }

    /** Writes the manifest again whose write failed, if nothing else failed. */
    void rewriteManifest() throws IOException {
        if (failure.get() instanceof Failure.ManifestUncertain uncertain) {
            synchronized (lock) {
                write(uncertain.manifest());
            }
            failure.compareAndSet(uncertain, NONE);
        }
    }

    /** See {@link Bitcask#completed}. */
    void completed(BitcaskSnapshot snapshot) {
        if (snapshot.index() < index) {
            return;
        }
        for (FileSnapshot each : snapshot.files()) {
            each.file().markDurable(each.length());
        }
        term = snapshot.term();
        index = snapshot.index();
    }
}
