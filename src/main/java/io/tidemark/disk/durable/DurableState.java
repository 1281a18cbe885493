package io.tidemark.disk.durable;

import io.tidemark.disk.Disk;
import io.tidemark.disk.NotReplacedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * How much of a store is on disk, and making it more.
 *
 * <p>After a failure nothing is forced again: the kernel may have dropped the pages it could not write, and would report
 * success over the loss. What helps depends on what failed, never on the error's number, which can differ from call to call:
 *
 * <ul>
 *   <li>A file, a range of it, or the directory that names it: this object can't be used any more. Its store is opened a
 *       second time as it was {@linkplain #proven() proven} last, from memory's own knowledge, and goes on in new files.
 *   <li>The manifest or its directory, once all it lists has been forced: the manifest is written again, into a new file. Until
 *       that has succeeded, a power cut may leave any of the manifests that were tried, or the one before them; so the log keeps
 *       what the oldest needs, and no file is removed that {@linkplain #listed() any of them lists}.
 *   <li>The new manifest could not be created or written: no force has failed, and the old one is certain. Nothing is needed;
 *       the next generation forces its data, again if need be, and writes its own.
 * </ul>
 *
 * <p>{@link #force}, {@link #confirm}, {@link #rewriteManifest} and {@link #successor} belong to one thread at a time.
 *
 * @param <S> the store's snapshots
 * @param <M> its manifests
 */
public final class DurableState<S extends StoreSnapshot, M extends StoreManifest> {

    /** How a store makes its manifests. */
    public interface ManifestFormat<S, M> {
        /** What lists a snapshot. */
        M of(S snapshot);

        /** What lists nothing. */
        M empty();

        /**
         * The one in a directory.
         *
         * @throws IOException if there is none, or it is damaged
         */
        M read(Disk disk, Path directory) throws IOException;
    }

    private sealed interface Trouble {
        record None() implements Trouble {}

        /** All that a manifest lists is on disk; whether it is itself is not known. */
        record ManifestUncertain(StoreManifest manifest, String why) implements Trouble {}

        /** Bytes or names that were to be on disk may never get there. */
        record DataLost(String why) implements Trouble {}
    }

    private static final Trouble NONE = new Trouble.None();

    private final StoreDirectory home;
    private final ManifestFormat<S, M> format;
    private final Object gate = new Object();
    private final AtomicReference<Trouble> trouble = new AtomicReference<>(NONE);
    private final List<StoreManifest> maybeOnDisk = new ArrayList<>();
    private @Nullable M proven;
    private volatile boolean prepared;
    private volatile boolean confirmed;
    private volatile long index;
    private volatile long term;

    /** @param proven the manifest that is known to be on disk, or is to be {@linkplain #confirm confirmed} first */
    public DurableState(StoreDirectory home, ManifestFormat<S, M> format, @Nullable M proven) {
        this.home = home;
        this.format = format;
        this.proven = proven;
        this.prepared = proven != null;
        this.confirmed = proven == null;
    }

    private void publish(M manifest) {
        term = manifest.term();
        index = manifest.index();
    }

    /** The state of a store that takes the place of this one's, as it was proven last; what is in doubt stays so. */
    public DurableState<S, M> successor() {
        synchronized (gate) {
            DurableState<S, M> next = new DurableState<>(home, format, proven);
            next.maybeOnDisk.addAll(maybeOnDisk);
            if (proven != null && confirmed) {
                next.confirmed = true;
                next.publish(proven);
            }
            return next;
        }
    }

    /** The durable index; 0 until the manifest that was found has been confirmed. Any thread. */
    public long index() {
        return index;
    }

    /** Its term. Any thread. */
    public long term() {
        return term;
    }

    /** The last manifest that is known to be on disk, with all that it lists; {@code null} if there has been none. */
    public @Nullable M proven() {
        synchronized (gate) {
            return proven;
        }
    }

    /** Whether there is one manifest only that a power cut can leave. */
    public boolean certain() {
        synchronized (gate) {
            return maybeOnDisk.isEmpty();
        }
    }

    /** Numbers of all files that a manifest lists which a power cut may leave. */
    public Set<Long> listed() {
        synchronized (gate) {
            Set<Long> ids = new HashSet<>();
            if (proven != null) {
                ids.addAll(proven.fileIds());
            }
            for (StoreManifest manifest : maybeOnDisk) {
                ids.addAll(manifest.fileIds());
            }
            return ids;
        }
    }

    /** What is needed before anything can be forced again. Any thread; memory only. */
    public RepairNeed need() {
        Trouble now = trouble.get();
        if (now == NONE) {
            return RepairNeed.NOTHING;
        }
        return now instanceof Trouble.DataLost ? RepairNeed.NEW_FILES : RepairNeed.NEW_MANIFEST;
    }

    /** Bytes are gone that were not durable yet: nothing is forced from now on. Any thread. */
    public void lost(String why) {
        trouble.updateAndGet(now -> now instanceof Trouble.DataLost ? now : new Trouble.DataLost(why));
    }

    private void requireSound() throws IOException {
        Trouble now = trouble.get();
        if (now instanceof Trouble.DataLost lost) {
            throw new IOException("not forced again after an earlier failure: " + lost.why());
        }
        if (now instanceof Trouble.ManifestUncertain uncertain) {
            throw new IOException("not forced again after an earlier failure of the manifest: " + uncertain.why());
        }
    }

    /**
     * Before the first data file: the directory, and a manifest that lists nothing. From then on a missing manifest is always
     * corruption.
     */
    public void prepare() throws IOException {
        if (prepared) {
            return; // without the gate, which a hanging generation may hold
        }
        synchronized (gate) {
            if (!prepared) {
                write(format.empty());
            }
        }
    }

    /** Whether there is one, listing files or not. */
    public boolean hasManifest() {
        return prepared;
    }

    /** Writes the manifest again that was found, if there is one: whether its name is on disk is not known. */
    public void confirm() throws IOException {
        if (confirmed) {
            return;
        }
        synchronized (gate) {
            if (!confirmed && proven != null) {
                write(proven);
                publish(proven);
                confirmed = true;
            }
        }
    }

    /**
     * Makes a snapshot durable: data, then the directory, then the manifest, which says that all that is durable. Blocks. No
     * system call if it is durable already.
     *
     * @param pacingBytes before it is forced, much data is written back in steps of so many bytes; 0 for none
     * @throws NotReplacedException if no force failed, and the manifest is the old one: it may be called again
     * @throws IOException if it may not be; every later call fails without trying, until {@link #need} has been met
     */
    public void force(S snapshot, int pacingBytes) throws IOException {
        requireSound();
        confirm();
        synchronized (gate) {
            if (snapshot.index() <= (proven == null ? 0 : proven.index())) {
                return;
            }
        }
        try {
            new PacedWriteBack(home.disk(), pacingBytes).run(snapshot.extents());
            forceData(snapshot);
            requireInPlace(snapshot);
        } catch (IOException | RuntimeException | Error e) {
            for (Extent extent : snapshot.extents()) {
                if (extent.unsynced()) {
                    extent.file().poison();
                }
            }
            lost(String.valueOf(e.getMessage()));
            throw e;
        }
        requireSound(); // a reader may have missed bytes meanwhile
        M next = format.of(snapshot);
        synchronized (gate) {
            try {
                write(next);
            } catch (NotReplacedException e) {
                throw e; // no force has failed: the next generation may force
            } catch (IOException | RuntimeException | Error e) {
                trouble.compareAndSet(NONE, new Trouble.ManifestUncertain(next, String.valueOf(e.getMessage())));
                throw e;
            }
        }
    }

    private void forceData(S snapshot) throws IOException {
        boolean names = false;
        for (Extent extent : snapshot.extents()) {
            if (extent.unsynced()) {
                force(extent);
                names |= !extent.file().nameDurable();
            }
        }
        if (names) {
            forceNames(snapshot);
        }
    }

    /** What the manifest is to list must be what its names stand for: it is what the next start opens. */
    private void requireInPlace(S snapshot) throws IOException {
        String first = null;
        int count = 0;
        for (Extent extent : snapshot.extents()) {
            String found = extent.file().displacement(home.disk(), extent.length());
            if (found != null) {
                first = first == null ? found : first;
                count++;
            }
        }
        if (first != null) {
            throw new IOException((count == 1 ? first : first + ", and " + (count - 1) + " more")
                    + "; nothing but the node may change its files while it runs");
        }
    }

    private void forceNames(S snapshot) throws IOException {
        for (Extent extent : snapshot.extents()) {
            if (home.isInDoubt(extent.file())) {
                throw new IOException("the name of " + extent.file().file().path()
                        + " was among those of an earlier force of its directory that failed");
            }
        }
        try {
            home.disk().forceDirectory(home.path());
        } catch (IOException | RuntimeException | Error e) {
            home.failedNameForces().incrementAndGet();
            throw e;
        }
        snapshot.extents().forEach(extent -> extent.file().nameIsDurable());
    }

    private static void force(Extent extent) throws IOException {
        try {
            extent.file().file().force();
        } catch (IOException e) {
            throw new IOException("forcing " + extent.file().file().path() + ": " + e.getMessage(), e);
        }
    }

    /** With the gate held. When it returns there is one manifest only that a power cut can leave. */
    private void write(M next) throws IOException {
        if (!prepared) {
            home.disk().createDurably(home.path());
        }
        boolean other = !maybeOnDisk.contains(next);
        if (other) {
            maybeOnDisk.add(next);
        }
        try {
            next.write(home.disk(), home.path());
        } catch (NotReplacedException e) {
            if (other) {
                maybeOnDisk.remove(next);
            }
            throw e;
        } catch (IOException | RuntimeException | Error e) {
            if (mayHaveItsName(next)) {
                home.failedNameForces().incrementAndGet();
            }
            throw e;
        }
        proven = next;
        maybeOnDisk.clear();
        prepared = true;
    }

    /** Whether it may have been the force of the directory that failed, and not a step before the rename. */
    private boolean mayHaveItsName(M next) {
        try {
            return format.read(home.disk(), home.path()).equals(next);
        } catch (IOException unknown) {
            return true;
        }
    }

    /** Writes the manifest again that could not be written, if that is all that failed. */
    public void rewriteManifest() throws IOException {
        if (trouble.get() instanceof Trouble.ManifestUncertain uncertain) {
            synchronized (gate) {
                @SuppressWarnings("unchecked") // made by force(), of this very state
                M manifest = (M) uncertain.manifest();
                write(manifest);
            }
            trouble.compareAndSet(uncertain, NONE);
        }
    }

    /** What was captured is durable: its index is the durable index now, unless a later one is. Memory only. */
    public void completed(S snapshot) {
        if (snapshot.index() < index) {
            return;
        }
        for (Extent extent : snapshot.extents()) {
            extent.file().durable(extent.length());
        }
        term = snapshot.term();
        index = snapshot.index();
    }
}
