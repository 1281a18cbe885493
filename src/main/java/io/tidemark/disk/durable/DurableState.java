package io.tidemark.disk.durable;

import io.tidemark.disk.Disk;
import io.tidemark.disk.NotReplacedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
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
 *
 * <p>{@link #force}, {@link #confirm}, {@link #rewriteManifest} and {@link #successor} are called on one thread at a time.
 *
 * @param <S> the store's snapshots
 * @param <M> its manifests
 */
public final class DurableState<S extends StoreSnapshot, M extends StoreManifest> {

    /** How a store makes its manifests. */
    public interface ManifestFormat<S, M> {
        /** The manifest that lists a snapshot. */
        M of(S snapshot);

        /** A manifest that lists no file. */
        M empty();

        /**
         * The manifest in a directory.
         *
         * @throws IOException if it is missing or damaged
         */
        M read(Disk disk, Path directory) throws IOException;
    }

    private sealed interface Failure {
        RepairNeed need();

        /** Throws unless anything may be forced. */
        void check() throws IOException;

        record None() implements Failure {
            @Override
            public RepairNeed need() {
                return RepairNeed.NOTHING;
            }

            @Override
            public void check() {}
        }

        /** All data that a manifest lists is on disk; the manifest itself may not be. */
        record ManifestUncertain(StoreManifest manifest, String why) implements Failure {
            @Override
            public RepairNeed need() {
                return RepairNeed.NEW_MANIFEST;
            }

            @Override
            public void check() throws IOException {
                throw new IOException("not forced again after an earlier failure of the manifest: " + why);
            }
        }

        /** Bytes or directory entries that were to be forced may be lost. */
        record DataLost(String why) implements Failure {
            @Override
            public RepairNeed need() {
                return RepairNeed.NEW_FILES;
            }

            @Override
            public void check() throws IOException {
                throw new IOException("not forced again after an earlier failure: " + why);
            }
        }
    }

    private static final Failure NONE = new Failure.None();

    private final StoreDirectory home;
    private final ManifestFormat<S, M> format;
    private final Object lock = new Object();
    private final AtomicReference<Failure> failure = new AtomicReference<>(NONE);
    private final List<StoreManifest> maybeOnDisk = new ArrayList<>();
    private @Nullable M durableManifest;
    private volatile boolean prepared;
    private volatile boolean confirmed;
    private volatile long index;
    private volatile long term;

    /**
     * The state of a store that has just been opened.
     *
     * @param durableManifest the manifest known to be on disk, or the one to {@linkplain #confirm} first; {@code null} if none was
     *     ever written
     */
    public DurableState(StoreDirectory home, ManifestFormat<S, M> format, @Nullable M durableManifest) {
        this.home = home;
        this.format = format;
        this.durableManifest = durableManifest;
        this.prepared = durableManifest != null;
        this.confirmed = durableManifest == null;
    }

    private void publish(M manifest) {
        term = manifest.term();
        index = manifest.index();
    }

    /** The state of the store that replaces this one: the same durable manifest, the same uncertain ones. */
    public DurableState<S, M> successor() {
        synchronized (lock) {
            DurableState<S, M> next = new DurableState<>(home, format, durableManifest);
            next.maybeOnDisk.addAll(maybeOnDisk);
            if (durableManifest != null && confirmed) {
                next.confirmed = true;
                next.publish(durableManifest);
            }
            return next;
        }
    }

    /** The durable index; 0 until the manifest that was found has been {@linkplain #confirm confirmed}. Any thread. */
    public long index() {
        return index;
    }

    /** Term of {@link #index}. Any thread. */
    public long term() {
        return term;
    }

    /** The last manifest known to be on disk, with all that it lists; {@code null} if none was ever written. */
    public @Nullable M durableManifest() {
        synchronized (lock) {
            return durableManifest;
        }
    }

    /** Whether a power cut can leave one manifest only. */
    public boolean manifestCertain() {
        synchronized (lock) {
            return maybeOnDisk.isEmpty();
        }
    }

    /** Numbers of the files that are listed by any manifest that a power cut may leave. */
    public Set<Long> listed() {
        synchronized (lock) {
            Set<Long> ids = new HashSet<>();
            if (durableManifest != null) {
                ids.addAll(durableManifest.fileIds());
            }
            for (StoreManifest manifest : maybeOnDisk) {
                ids.addAll(manifest.fileIds());
            }
            return ids;
        }
    }

    /** The repair needed before anything can be forced again. Any thread; memory only. */
    public RepairNeed need() {
        return failure().need();
    }

    private Failure failure() {
        return Objects.requireNonNull(failure.get());
    }

    /** Bytes that were not durable yet are lost: nothing is forced from now on. Any thread. */
    public void dataLost(String why) {
        failure.updateAndGet(now -> now instanceof Failure.DataLost ? now : new Failure.DataLost(why));
    }

    private void requireNoFailure() throws IOException {
        failure().check();
    }

    /**
     * Called before the first data file is created: creates the directory, and a manifest that lists no file. From then on a
     * missing manifest is always corruption.
     */
    public void prepare() throws IOException {
        if (prepared) {
            return; // without the lock, which a hanging generation may hold
        }
        synchronized (lock) {
            if (!prepared) {
                write(format.empty());
            }
        }
    }

    /** Whether a manifest was written, listing files or not. */
    public boolean hasManifest() {
        return prepared;
    }

    /** Rewrites the manifest that was found, if any: its directory entry may not be on disk. */
    public void confirm() throws IOException {
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

    /**
     * Forces data, then the directory, then the manifest, which records all that as durable. Blocks. No system call if the
     * snapshot is durable already.
     *
     * @param pacingBytes large unsynced ranges are first written back in steps of this size; 0 for none
     * @throws NotReplacedException if no force failed, and the manifest is the old one: the call may be repeated
     * @throws IOException if a force failed: every later call fails without trying, until {@link #need} has been met
     */
    public void force(S snapshot, int pacingBytes) throws IOException {
        requireNoFailure();
        confirm();
        synchronized (lock) {
            if (snapshot.index() <= (durableManifest == null ? 0 : durableManifest.index())) {
                return;
            }
        }
        try {
            new PacedWriteBack(home.disk(), pacingBytes).run(snapshot.fileSnapshots());
            forceData(snapshot);
            requireInPlace(snapshot);
        } catch (IOException | RuntimeException | Error e) {
            for (FileSnapshot each : snapshot.fileSnapshots()) {
                if (each.unsynced()) {
                    each.file().poison();
                }
            }
            dataLost(String.valueOf(e.getMessage()));
            throw e;
        }
        requireNoFailure(); // a reader may have found lost bytes meanwhile
        M next = format.of(snapshot);
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

    private void forceData(S snapshot) throws IOException {
        boolean newNames = false;
        for (FileSnapshot each : snapshot.fileSnapshots()) {
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
    private void requireInPlace(S snapshot) throws IOException {
        String first = null;
        int count = 0;
        for (FileSnapshot each : snapshot.fileSnapshots()) {
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

    private void forceDirectory(S snapshot) throws IOException {
        for (FileSnapshot each : snapshot.fileSnapshots()) {
            if (home.isInDoubt(each.file())) {
                throw new IOException("the name of " + each.file().file().path()
                        + " was among those of an earlier force of its directory that failed");
            }
        }
        try {
            home.disk().forceDirectory(home.path());
        } catch (IOException | RuntimeException | Error e) {
            home.failedDirectoryForces().incrementAndGet();
            throw e;
        }
        snapshot.fileSnapshots().forEach(each -> each.file().markNameDurable());
    }

    private static void force(FileSnapshot each) throws IOException {
        try {
            each.file().file().force();
        } catch (IOException e) {
            throw new IOException("forcing " + each.file().file().path() + ": " + e.getMessage(), e);
        }
    }

    /** Called with the lock held. After it returns, a power cut can leave this manifest only. */
    private void write(M next) throws IOException {
        if (!prepared) {
            home.disk().createDurably(home.path());
        }
        boolean added = !maybeOnDisk.contains(next);
        if (added) {
            maybeOnDisk.add(next);
        }
        try {
            next.write(home.disk(), home.path());
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
    private boolean mayBeInPlace(M next) {
        try {
            return format.read(home.disk(), home.path()).equals(next);
        } catch (IOException unknown) {
            return true;
        }
    }

    /** Writes the manifest again whose write failed, if nothing else failed. */
    public void rewriteManifest() throws IOException {
        if (failure.get() instanceof Failure.ManifestUncertain uncertain) {
            synchronized (lock) {
                @SuppressWarnings("unchecked") // force() of this state made it
                M manifest = (M) uncertain.manifest();
                write(manifest);
            }
            failure.compareAndSet(uncertain, NONE);
        }
    }

    /** The snapshot is durable: its index is the durable index now, unless a later one is. Memory only. */
    public void completed(S snapshot) {
        if (snapshot.index() < index) {
            return;
        }
        for (FileSnapshot each : snapshot.fileSnapshots()) {
            each.file().markDurable(each.length());
        }
        term = snapshot.term();
        index = snapshot.index();
    }
}
