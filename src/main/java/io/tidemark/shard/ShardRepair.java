package io.tidemark.shard;

import io.tidemark.bitcask.Bitcask;
import io.tidemark.bitcask.BitcaskRepair;
import io.tidemark.disk.CorruptionException;
import io.tidemark.log.CommitLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repair of one shard in place: its data files are opened a second time in their last durable state, the later entries of
 * the log are applied to them, and the resulting store replaces the failed one between two entries. See {@link
 * BitcaskRepair} for the files on disk meanwhile.
 *
 * <p>Most of it runs concurrently with the shard, which keeps reading and applying logged entries. The last part runs on the
 * applying thread, so that no entry is applied in between. Only the caller's thread waits for a disk and, during the last
 * part, the shard's own.
 */
final class ShardRepair {
    private static final Logger LOG = LoggerFactory.getLogger(ShardRepair.class);

    private final String name;
    private final LiveStore live;
    private final CommitLog log;
    private final BooleanSupplier recovered;
    private final Executor lane;
    private final Executor reads;

    /**
     * @param name for messages, "shard 3"
     * @param recovered whether the log has been replayed
     * @param lane runs the shard's log tasks, its replay too, one at a time
     * @param reads runs its reads, one at a time
     */
    ShardRepair(String name, LiveStore live, CommitLog log, BooleanSupplier recovered, Executor lane, Executor reads) {
        this.name = name;
        this.live = live;
        this.log = log;
        this.recovered = recovered;
        this.lane = lane;
        this.reads = reads;
    }

    /**
     * Does the repair that the store needs after a failed force; returns at once if it needs none. Blocks; on a checkpoint
     * worker, never concurrently with a generation. Ignores interrupts.
     *
     * @throws IOException if the repair failed; nothing has changed then, and it may be called again
     */
    void run() throws IOException {
        Bitcask failed = live.current();
        switch (failed.repairNeed()) {
            case NOTHING -> {}
            case NEW_MANIFEST -> failed.rewriteManifest();
            case NEW_FILES -> rebuild(failed);
        }
    }

    private void rebuild(Bitcask failed) throws IOException {
        if (!recovered.getAsBoolean()) {
            onLane(this::requireLog); // after a running replay, or while that waits, maybe for this repair
        }
        BitcaskRepair repair = BitcaskRepair.begin(failed);
        Bitcask replacement = repair.replacement();
        long from = replacement.snapshot().index() + 1;
        try {
            catchUp(replacement, failed.snapshot().index());
            onLane(() -> {
                catchUp(replacement, failed.snapshot().index());
                live.replace(replacement);
            });
        } catch (IOException | RuntimeException | Error e) {
            repair.abandon();
            throw e;
        }
        repair.finish();
        reads.execute(() -> close(failed)); // after every read that began before the swap
        LOG.info(
                "{}: entries {} to {} rewritten from the log",
                name,
                from,
                replacement.snapshot().index());
    }

    /** The log may still be replaying; entries that were applied can be read from it then. */
    private void requireLog() throws IOException {
        if (!recovered.getAsBoolean()
                && log.lastIndex() < live.current().snapshot().index()) {
            throw new IOException(name + ": its log has not been opened");
        }
    }

    /** Applies the log's entries after a store's index, up to and including another index. */
    private void catchUp(Bitcask replacement, long to) throws IOException {
        long from = replacement.snapshot().index() + 1;
        if (from > to) {
            return;
        }
        try {
            log.read(from, to, entry -> {
                try {
                    EntryApplier.replay(entry, replacement);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        if (replacement.snapshot().index() != to) {
            throw new CorruptionException(name + ": the log should have entries " + from + " to " + to
                    + ", but it ends at " + replacement.snapshot().index());
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    private void onLane(Step step) throws IOException {
        CompletableFuture<Void> done = new CompletableFuture<>();
        lane.execute(() -> {
            try {
                step.run();
                done.complete(null);
            } catch (IOException | RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        });
        await(done);
    }

    /** Waits and ignores interrupts: an interrupt would close the files for all threads. */
    private void await(CompletableFuture<?> done) throws IOException {
        try {
            done.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IOException(name + ": the repair failed: " + e.getCause(), e.getCause());
        }
    }

    private void close(Bitcask replaced) {
        try {
            replaced.close();
        } catch (IOException e) {
            LOG.warn("{}: closing the files that a repair has replaced failed", name, e);
        }
    }
}
