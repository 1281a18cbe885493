package io.tidemark.bitcask;

import io.tidemark.bitcask.BitcaskSnapshot.Cut;
import io.tidemark.disk.NotReplacedException;
import java.io.IOException;
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
 *   <li>A file, a range of it, or the directory that names it: this object is of no use any more. Its store is opened a
 *       second time as it was {@linkplain #proven() proven} last, in memory's own knowledge, and goes on in new files.
 *   <li>The manifest or its directory, once all it lists has been forced: that is written anew, into a new file. Until it
 *       has been, a power cut may leave any of the manifests that were tried, or the one before them; so the log keeps what
 *       the oldest needs, and no file goes that {@linkplain #listed() any of them lists}.
 *   <li>The new manifest could not be created or written: no force has failed, and the old one is certain. Nothing is needed;
 *       the next generation forces its data, again if need be, and writes its own.
 * </ul>
 */
final class DurableState {

    private sealed interface Trouble {
        record None() implements Trouble {}

        /** All that a manifest lists is on disk; whether it is itself is not known. */
        record Unlisted(Manifest manifest, String why) implements Trouble {}

        /** Bytes or names that were to be on disk may never get there. */
        record Lost(String why) implements Trouble {}
    }

    private static final Trouble NONE = new Trouble.None();

    private final StoreContext home;
    private final Object gate = new Object();
    private final AtomicReference<Trouble> trouble = new AtomicReference<>(NONE);
    private final List<Manifest> perhaps = new ArrayList<>();
    private @Nullable Manifest proven;
    private volatile boolean prepared;
    private volatile boolean confirmed;
    private volatile long index;
    private volatile long term;

    /** @param proven the manifest that is known to be on disk, or is to be {@linkplain #confirm confirmed} first */
    DurableState(StoreContext home, @Nullable Manifest proven) {
        this.home = home;
        this.proven = proven;
        this.prepared = proven != null;
        this.confirmed = proven == null;
    }

    private void publish(Manifest manifest) {
        term = manifest.term();
        index = manifest.index();
    }

    /** The state of a store that takes the place of this one's, as it was proven last; what is in doubt stays so. */
    DurableState successor() {
        synchronized (gate) {
            DurableState next = new DurableState(home, proven);
            next.perhaps.addAll(perhaps);
            if (proven != null && confirmed) {
                next.confirmed = true;
                next.publish(proven);
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

    /** The last manifest that is known to be on disk, with all that it lists; {@code null} if there has been none. */
    @Nullable
    Manifest proven() {
        synchronized (gate) {
            return proven;
        }
    }

    /** Whether there is one manifest only that a power cut can leave. */
    boolean certain() {
        synchronized (gate) {
            return perhaps.isEmpty();
        }
    }

    /** Numbers of all files that a manifest lists which a power cut may leave. */
    Set<Long> listed() {
        synchronized (gate) {
            Set<Long> ids = new HashSet<>();
            if (proven != null) {
                ids.addAll(proven.fileIds());
            }
            for (Manifest manifest : perhaps) {
                ids.addAll(manifest.fileIds());
            }
            return ids;
        }
    }

    RepairNeed need() {
        Trouble now = trouble.get();
        if (now == NONE) {
            return RepairNeed.NOTHING;
        }
        return now instanceof Trouble.Lost ? RepairNeed.NEW_FILES : RepairNeed.NEW_MANIFEST;
    }

    /** Bytes are gone that were not durable yet: nothing is forced from now on. Any thread. */
    void lost(String why) {
        trouble.updateAndGet(now -> now instanceof Trouble.Lost ? now : new Trouble.Lost(why));
    }

    private void requireSound() throws IOException {
        Trouble now = trouble.get();
        if (now instanceof Trouble.Lost lost) {
            throw new IOException("not forced again after an earlier failure: " + lost.why());
        }
        if (now instanceof Trouble.Unlisted unlisted) {
            throw new IOException("not forced again after an earlier failure of the manifest: " + unlisted.why());
        }
    }

    /**
     * Before the first data file: the directory, and a manifest that lists nothing. From then on a missing manifest is always
     * corruption.
     */
    void prepare() throws IOException {
        if (prepared) {
            return; // without the gate, which a hanging generation may hold
        }
        synchronized (gate) {
            if (!prepared) {
                write(new Manifest(home.owner(), 0, 0, home.nextId().get(), List.of()));
            }
        }
    }

    /** Whether there is one, listing files or not. */
    boolean hasManifest() {
        return prepared;
    }

    /** Writes the manifest again that was found, if there is one: whether its name is on disk is not known. */
    void confirm() throws IOException {
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

    /** See {@link Bitcask#force}. Data, then the directory, then the manifest, which says that all that is durable. */
    void force(BitcaskSnapshot captured, int pacingBytes) throws IOException {
        requireSound();
        confirm();
        synchronized (gate) {
            if (captured.index() <= (proven == null ? 0 : proven.index())) {
                return;
            }
        }
        try {
            new PacedWriteBack(home.disk(), pacingBytes).run(captured.files());
            forceData(captured);
            requireInPlace(captured);
        } catch (IOException | RuntimeException | Error e) {
            for (Cut cut : captured.files()) {
                if (cut.unsynced()) {
                    cut.file().poison();
                }
            }
            lost(String.valueOf(e.getMessage()));
            throw e;
        }
        requireSound(); // a reader may have missed bytes meanwhile
        Manifest next = manifest(captured);
        synchronized (gate) {
            try {
                write(next);
            } catch (NotReplacedException e) {
                throw e; // no force has failed: the next generation may force
            } catch (IOException | RuntimeException | Error e) {
                trouble.compareAndSet(NONE, new Trouble.Unlisted(next, String.valueOf(e.getMessage())));
                throw e;
            }
        }
    }

    private void forceData(BitcaskSnapshot captured) throws IOException {
        boolean names = false;
        for (Cut cut : captured.files()) {
            if (cut.unsynced()) {
                force(cut);
                names |= !cut.file().nameDurable();
            }
        }
        if (names) {
            forceNames(captured);
        }
    }

    /** What the manifest is to list must be what its names stand for: it is what the next start opens. */
    private void requireInPlace(BitcaskSnapshot captured) throws IOException {
        String first = null;
        int count = 0;
        for (Cut cut : captured.files()) {
            String found = cut.file().displacement(home.disk(), cut.length());
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

    private void forceNames(BitcaskSnapshot captured) throws IOException {
        for (Cut cut : captured.files()) {
            if (home.isInDoubt(cut.file())) {
                throw new IOException("the name of " + cut.file().file().path()
                        + " was among those of an earlier force of its directory that failed");
            }
        }
        try {
            home.disk().forceDirectory(home.directory());
        } catch (IOException | RuntimeException | Error e) {
            home.failedNameForces().incrementAndGet();
            throw e;
        }
        captured.files().forEach(cut -> cut.file().nameIsDurable());
    }

    private static void force(Cut cut) throws IOException {
        try {
            cut.file().file().force();
        } catch (IOException e) {
            throw new IOException("forcing " + cut.file().file().path() + ": " + e.getMessage(), e);
        }
    }

    private Manifest manifest(BitcaskSnapshot captured) {
        List<Manifest.Entry> files = captured.files().stream()
                .map(cut -> new Manifest.Entry(cut.file().id(), cut.length()))
                .toList();
        return new Manifest(home.owner(), captured.index(), captured.term(), captured.nextId(), files);
    }

    /** With the gate held. When it returns there is one manifest only that a power cut can leave. */
    private void write(Manifest next) throws IOException {
        if (!prepared) {
            home.disk().createDurably(home.directory());
        }
        boolean other = !perhaps.contains(next);
        if (other) {
            perhaps.add(next);
        }
        try {
            next.write(home.disk(), home.directory());
        } catch (NotReplacedException e) {
            if (other) {
                perhaps.remove(next);
            }
            throw e;
        } catch (IOException | RuntimeException | Error e) {
            if (mayHaveItsName(next)) {
                home.failedNameForces().incrementAndGet();
            }
            throw e;
        }
        proven = next;
        perhaps.clear();
        prepared = true;
    }

    /** Whether it was perhaps the force of the directory that failed, and not a step before the rename. */
    private boolean mayHaveItsName(Manifest next) {
        try {
            return Manifest.read(home.disk(), home.directory(), home.owner()).equals(next);
        } catch (IOException unknown) {
            return true;
        }
    }

    /** Writes the manifest anew that could not be written, if that is all that failed. */
    void rewriteManifest() throws IOException {
        if (trouble.get() instanceof Trouble.Unlisted unlisted) {
            synchronized (gate) {
                write(unlisted.manifest());
            }
            trouble.compareAndSet(unlisted, NONE);
        }
    }

    /** See {@link Bitcask#completed}. */
    void completed(BitcaskSnapshot captured) {
        if (captured.index() < index) {
            return;
        }
        for (Cut cut : captured.files()) {
            cut.file().durable(cut.length());
        }
        term = captured.term();
        index = captured.index();
    }
}
