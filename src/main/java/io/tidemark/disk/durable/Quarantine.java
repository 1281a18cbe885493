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
 * Files that a repair has replaced, kept until a later generation is durable. Nothing reads or needs them any more: they are
 * kept so that an operator can see what the disk did to them.
 *
 * <pre>
 * 0000000007.data            listed: stays, valid up to its durable length; the tail above is dead
 * 0000000008.data.poisoned   listed by no manifest that a power cut may leave: renamed
 * 0000000009.data            listed only by a manifest that may be on disk: stays until that is certain
 * </pre>
 *
 * If the files that a repair wrote fail as well, they are removed and those of the first failure are kept; so disk use stays
 * bounded while the disk is bad. A start removes all quarantined files, once the log has accepted the manifest.
 *
 * <p>Used by one checkpoint worker at a time; {@link #count} by any thread.
 */
public final class Quarantine {
    /** What the name of a quarantined file ends with. */
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

    /** Number of files kept, including those with a dead tail. */
    public int count() {
        return count;
    }

    /**
     * Takes over the files of a store that a repair has replaced. Never fails: a file that can't be renamed or removed keeps
     * its name for now.
     *
     * @param inUse numbers of the files that the replacement still uses
     * @param listed numbers of the files listed by any manifest that may be on disk
     */
    public void take(List<StoreFile> files, Set<Long> inUse, Set<Long> listed) {
        boolean first = kept.isEmpty();
        for (StoreFile file : files) {
            Path path = file.file().path();
            if (inUse.contains(file.id())) {
                deadTails += file.poisoned() ? 1 : 0;
            } else if (listed.contains(file.id())) {
                kept.add(path);
            } else if (first) {
                kept.add(rename(path));
            } else {
                remove(path);
            }
        }
        count = kept.size() + deadTails;
    }

    private Path rename(Path path) {
        Path renamed = path.resolveSibling(path.getFileName() + SUFFIX);
        try {
            disk.rename(path, renamed);
            LOG.warn("{}: quarantined after a failed force; its entries have been rewritten from the log", renamed);
            return renamed;
        } catch (IOException e) {
            LOG.warn("{}: quarantined after a failed force, but it can't be renamed", path, e);
            return path;
        }
    }

    /** Removes a file that no manifest lists; if that fails, it is retried after the next generation. */
    public void remove(Path path) {
        try {
            disk.delete(path);
        } catch (IOException e) {
            LOG.warn("{}: a quarantined file can't be removed; this is retried after the next generation", path, e);
            kept.add(path);
            count = kept.size() + deadTails;
        }
    }

    /** Removes all files: the manifest that is durable now lists none of them. Never fails. */
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
        LOG.info("{}: removed {} quarantined files, {} left", directory, all.size(), kept.size());
    }
}
