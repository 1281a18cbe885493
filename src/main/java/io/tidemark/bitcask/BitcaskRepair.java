package io.tidemark.bitcask;

import io.tidemark.disk.durable.RepairNeed;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Recovery of one store in place, for {@link RepairNeed#NEW_FILES}. Bytes not known to be durable are not saved from the
 * page cache, even if they look intact there. They are rewritten from the log, into new files:
 *
 * <ol>
 *   <li>{@link #begin} opens a second store, the replacement, in the state of the last manifest known to be on disk.
 *   <li>The caller applies the log's entries after that index to the {@link #replacement}, never to the failed store, which
 *       has applied them already: an increment would count twice.
 *   <li>Once the replacement has caught up, the caller serves from it and calls {@link #finish}. If anything went wrong, it
 *       calls {@link #abandon} and may begin again later.
 *   <li>The next generation makes the replacement durable; {@link Bitcask#force} then removes the failed store's files.
 * </ol>
 *
 * What is on disk, and what a start after a power cut opens, if the manifest lists 6 and the force of 7 has failed:
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
 * The log keeps all entries after the older manifest until the newer one is certain. If the force of 8 or 9 fails, the
 * repair starts again from 6 and creates 10 and 11; 8 and 9 are removed then. If the failed force was that of 6, beyond its
 * durable length, the file stays, is valid up to that length, and is never appended to again.
 *
 * <p>While both stores exist, the second keydir needs as much memory as the first. The replacement has its own descriptors
 * for the files that both stores share.
 *
 * <p>Used by one checkpoint worker, never concurrently with {@link Bitcask#force}.
 */
public final class BitcaskRepair {
    private static final Logger LOG = LoggerFactory.getLogger(BitcaskRepair.class);

    private final Bitcask failed;
    private final Bitcask replacement;

    private BitcaskRepair(Bitcask failed, Bitcask replacement) {
        this.failed = failed;
        this.replacement = replacement;
    }

    /**
     * Opens the replacement. Blocks: it reads every durable byte.
     *
     * @throws io.tidemark.disk.CorruptionException if durable data is damaged as well: a repair can't help then
     */
    public static BitcaskRepair begin(Bitcask failed) throws IOException {
        return new BitcaskRepair(failed, failed.reopenAtDurable());
    }

    /** The second store. The caller is its applying thread until it hands the store over. */
    public Bitcask replacement() {
        return replacement;
    }

    /**
     * Call it once the replacement serves. Quarantines the failed store's files that no manifest lists. The caller closes
     * the failed store once no read uses it any more.
     */
    public void finish() {
        failed.quarantineReplacedFiles(replacement);
    }

    /** The attempt has failed: closes the replacement and removes its files. */
    public void abandon() {
        try {
            replacement.discard();
        } catch (IOException e) {
            LOG.warn("a failed repair could not remove its files; the next start removes them", e);
        }
    }
}
