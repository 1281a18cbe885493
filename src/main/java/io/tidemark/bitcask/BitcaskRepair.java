package io.tidemark.bitcask;

import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Recovery of one store in place, for {@link RepairNeed#NEW_FILES}. What was never proven durable is not saved from the page
 * cache, where it looks well, but comes again from the log, into new files:
 *
 * <ol>
 *   <li>{@link #begin} opens a second store as it was when its manifest was last known to be on disk.
 *   <li>The caller evaluates the log's entries behind that index over {@link #fresh}, never over the first store, which has
 *       them already: an increment would count twice.
 *   <li>With nothing left between the two it serves from the second store, and calls {@link #finish}; or {@link #abandon} if
 *       anything went wrong, to begin anew later.
 *   <li>The next generation of the second store proves it; {@link Bitcask#force} then removes what the first one left.
 * </ol>
 *
 * What is on disk, and what a power cut finds, if the manifest lists 6 and the force of 7 has failed:
 *
 * <pre>
 *   after                         on disk                                       a start opens
 *   the failed force              CHECKPOINT: 6    7 in part                     6, log; removes 7
 *   new files 8, 9, not forced    CHECKPOINT: 6    7, 8, 9 in part               6, log; removes 7, 8, 9
 *   the swap, in memory           the same                                      the same
 *   7 set aside                   CHECKPOINT: 6    7 or 7.poisoned, 8, 9 in part the same
 *   force of 8, 9 and names       CHECKPOINT: 6    7.poisoned, 8, 9              the same
 *   the manifest's rename         CHECKPOINT: 6 or 6, 8, 9                       either: both have all that they list
 *   the directory's force         CHECKPOINT: 6, 8, 9                            6, 8, 9, log from there
 *   7.poisoned removed            CHECKPOINT: 6, 8, 9                            the same
 * </pre>
 *
 * The log keeps everything behind the older manifest until the newer one is certain. If the force of 8 or 9 fails, the repair
 * begins anew with 6 and makes 10 and 11; 8 and 9 are removed then. If it was 6 that was forced in vain, beyond its durable
 * length, it stays, counts up to that length, and is not appended again.
 *
 * <p>The second keydir needs as much memory as the first one while both are there, and the second store has descriptors of
 * its own for the files that both have.
 *
 * <p>For one checkpoint worker, never beside {@link Bitcask#force}.
 */
public final class BitcaskRepair {
    private static final Logger LOG = LoggerFactory.getLogger(Bitcask.class);

    private final Bitcask broken;
    private final Bitcask fresh;

    private BitcaskRepair(Bitcask broken, Bitcask fresh) {
        this.broken = broken;
        this.fresh = fresh;
    }

    /**
     * Opens the second store. Blocks: it reads every byte that is durable.
     *
     * @throws io.tidemark.disk.CorruptionException if something durable is damaged, too: no repair helps then
     */
    public static BitcaskRepair begin(Bitcask broken) throws IOException {
        return new BitcaskRepair(broken, broken.reopenProven());
    }

    /** The second store. Its applying thread is the caller's, until it is handed to another. */
    public Bitcask replacement() {
        return fresh;
    }

    /**
     * The second store serves: sets the first one's files aside that nothing lists. The first one is still to be closed, once
     * nobody reads from it any more.
     */
    public void finish() {
        broken.leaveTo(fresh);
    }

    /** The attempt has failed: leaves nothing of it. */
    public void abandon() {
        try {
            fresh.discard();
        } catch (IOException e) {
            LOG.warn("a failed repair could not be cleaned up; the next start does it", e);
        }
    }
}
