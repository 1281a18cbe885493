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
 * Repair of one shard in place: its data files are opened a second time as they were proven last, the log's entries behind
 * that are evaluated over them, and the outcome takes the first store's place between two entries. See {@link
 * BitcaskRepair} for what is on disk meanwhile.
 *
 * <p>Most of it runs beside the shard, which goes on reading, and applying what was in its log; the last part runs on the
 * applying thread, so that nothing can come between. No thread waits on a disk but the caller's and, for that last part, the
 * shard's own.
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
     * Makes good what the last force could not; returns at once if there is nothing. Blocks; on a checkpoint worker, never
     * beside a generation. Not to be interrupted, but not stopped by it either.
     *
     * @throws IOException if it could not be; everything is as before then, and it may be called again
     */
    void run() throws IOException {
        Bitcask broken = live.current();
        switch (broken.repairNeed()) {
            case NOTHING -> {}
            case NEW_MANIFEST -> broken.rewriteManifest();
            case NEW_FILES -> rebuild(broken);
        }
    }

    private void rebuild(Bitcask broken) throws IOException {
        if (!recovered.getAsBoolean()) {
            onLane(this::requireLog); // behind a replay that is going on, or while it waits, perhaps for this repair
        }
        BitcaskRepair repair = BitcaskRepair.begin(broken);
        Bitcask fresh = repair.replacement();
        long from = fresh.snapshot().index() + 1;
        try {
            catchUp(fresh, broken.snapshot().index());
            onLane(() -> {
                catchUp(fresh, broken.snapshot().index());
                live.replace(fresh);
            });
        } catch (IOException | RuntimeException | Error e) {
            repair.abandon();
            throw e;
        }
        repair.finish();
        reads.execute(() -> close(broken)); // behind every read that began before the swap
        LOG.info(
                "{}: entries {} to {} written anew from the log",
                name,
                from,
                fresh.snapshot().index());
    }

    /** Its replay may be under way; what has been applied can be read from it then. */
    private void requireLog() throws IOException {
        if (!recovered.getAsBoolean()
                && log.lastIndex() < live.current().snapshot().index()) {
            throw new IOException(name + ": its log has not been opened");
        }
    }

    /** Evaluates what the log has behind a store's index, up to another. */
    private void catchUp(Bitcask fresh, long to) throws IOException {
        long from = fresh.snapshot().index() + 1;
        if (from > to) {
            return;
        }
        try {
            log.read(from, to, entry -> {
                try {
                    EntryApplier.replay(entry, fresh);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        if (fresh.snapshot().index() != to) {
            throw new CorruptionException(name + ": the log was to have entries " + from + " to " + to
                    + ", but it ended with " + fresh.snapshot().index());
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

    /** Waits, whether interrupted or not: an interrupt would close the files of everybody. */
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
