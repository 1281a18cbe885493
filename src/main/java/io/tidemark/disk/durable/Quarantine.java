package io.tidemark.disk.durable;

import io.tidemark.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that a repair has given up, until a later generation is durable. Nothing is read from them any more and nothing
 * needs them: they are for whoever wants to see what the disk made of them.
 *
 * <pre>
 * 0000000007.data            listed: stays, counts up to its durable length, what is above is dead
 * 0000000008.data.poisoned   no manifest that a power cut may leave lists it: set aside
 * 0000000009.data            only a manifest that may or may not be on disk lists it: stays until it is certain which
 * </pre>
 *
 * If the files that a repair wrote fail as well, these are removed, and those of the first failure kept; so disk use stays
 * bounded while the disk is bad. A start removes what it finds of all this.
 *
 * <p>Used by one checkpoint worker at a time; {@link #count} by anybody.
 */
public final class Quarantine {
    /** What the name of a file that was set aside ends with. */
    public static final String SUFFIX = ".poisoned";

    private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);

    private final Disk disk;
    private final Path directory;
    private final List<Path> kept = new ArrayList<>();
    private int deadTails;
    private volatile int count;

    /** An empty one. */
    public Quarantine(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
    }

    /** How many files are kept, those with a dead tail included. */
    public int count() {
        return count;
    }

    /**
     * Takes over what a repaired store leaves. Never fails: a file that can't be renamed or removed keeps its name for now.
     *
     * @param proven numbers of the files that the repaired store goes on with
     * @param listed numbers of those that a manifest lists which may be on disk
     */
    public void take(List<StoreFile> left, Set<Long> proven, Set<Long> listed) {
        boolean first = kept.isEmpty();
        for (StoreFile file : left) {
            Path path = file.file().path();
            if (proven.contains(file.id())) {
                deadTails += file.poisoned() ? 1 : 0;
            } else if (listed.contains(file.id())) {
                kept.add(path);
            } else if (first) {
                kept.add(setAside(path));
            } else {
                remove(path);
            }
        }
        count = kept.size() + deadTails;
    }

    private Path setAside(Path path) {
        Path aside = path.resolveSibling(path.getFileName() + SUFFIX);
        try {
            disk.rename(path, aside);
            LOG.warn("{}: set aside after a failed force; its contents have been written again from the log", aside);
            return aside;
        } catch (IOException e) {
            LOG.warn("{}: given up after a failed force, but it can't be renamed", path, e);
            return path;
        }
    }

    /** Removes a file that nothing lists; if that fails it is tried again after the next generation. */
    public void remove(Path path) {
        try {
            disk.delete(path);
        } catch (IOException e) {
            LOG.warn("{}: given up, but not removed yet", path, e);
            kept.add(path);
            count = kept.size() + deadTails;
        }
    }

    /** A generation is durable whose manifest lists none of these: removes them. Never fails. */
    public void release() {
        if (count == 0) {
            return;
        }
        List<Path> all = List.copyOf(kept);
        kept.clear();
        deadTails = 0;
        for (Path path : all) {
            remove(path);
        }
        count = kept.size();
        LOG.info("{}: {} files that a repair had given up removed, {} left", directory, all.size(), kept.size());
    }
}
