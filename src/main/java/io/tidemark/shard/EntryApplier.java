package io.tidemark.shard;

import io.tidemark.bitcask.Bitcask;
import io.tidemark.checkpoint.DirtyCounter;
import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.DiskFull;
import io.tidemark.disk.Fence;
import io.tidemark.log.BatchRefusedException;
import io.tidemark.log.LogApplier;
import io.tidemark.log.LogBatch;
import io.tidemark.log.LogEntry;
import io.tidemark.log.RetryLaterException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Applies durable log entries: evaluate, append to the data files, publish to readers, mark dirty, answer. The order
 * matters: a write is answered only once its entry is durable in the log and applied, and after the mark, so that a sync
 * requested after the answer covers the write.
 *
 * <p>If the disk is full or fails, the entry is neither lost nor skipped: {@link RetryLaterException} makes the log retry it. It
 * is then evaluated again over the same state. Only corruption is final. No entry is acknowledged while another process may
 * have taken over the directory.
 *
 * <p>On the log's thread, one entry at a time.
 */
final class EntryApplier implements LogApplier {
    private final LiveStore live;
    private final DirtyCounter dirty;
    private final ReplayCounter replay;
    private final Fence fence;
    private final BooleanSupplier stopping;
    private final ChangeCounter changes;

    /**
     * Applies the log's entries to a store.
     *
     * @param fence checked for each entry that a client waits for; while it fails, the entry waits
     * @param stopping whether a replay must end before its next entry, by a {@link RecoveryStoppedException}
     * @param changes counts the changes of each entry
     */
    EntryApplier(
            LiveStore live,
            DirtyCounter dirty,
            ReplayCounter replay,
            Fence fence,
            BooleanSupplier stopping,
            ChangeCounter changes) {
        this.live = live;
        this.dirty = dirty;
        this.replay = replay;
        this.fence = fence;
        this.stopping = stopping;
        this.changes = changes;
    }

    @Override
    public void beginReplay(long lastIndex) throws IOException {
        Bitcask data = live.current();
        data.requireLog(lastIndex);
        try {
            data.confirmManifest();
        } catch (IOException failure) {
            if (DiskFull.isCauseOf(failure)) {
                throw new RetryLaterException("no space to write the manifest again", failure);
            }
            if (RetryLaterException.isCauseOf(failure)) {
                throw new RetryLaterException("the manifest can't be written again yet", failure);
            }
            throw failure;
        }
    }

    @Override
    public void apply(LogEntry entry, @Nullable LogBatch origin) throws IOException {
        if (origin == null && stopping.getAsBoolean()) {
            throw new RecoveryStoppedException(entry.index());
        }
        Bitcask data = live.current();
        try {
            if (origin instanceof WriteBatch batch) {
                fence.check(); // the entry is durable: whoever takes the directory over after this replays it
                List<Result> results = evaluate(batch.calls(), data);
                commit(entry, data, changes(batch.calls(), results));
                batch.answer(results);
            } else {
                int payloadBytes = entry.payload().remaining();
                commit(entry, data, evaluate(entry, data));
                replay.applied(payloadBytes);
            }
        } catch (IOException | RuntimeException | Error e) {
            data.abandon();
            if (e instanceof IOException failure && !(e instanceof CorruptionException)) {
                throw new RetryLaterException("entry " + entry.index() + " can't be applied yet", failure);
            }
            if (origin != null) {
                origin.failed(new IOException("logged, but not applied: " + messageOf(e), e), true);
            }
            throw e;
        }
    }

    private void commit(LogEntry entry, Bitcask data, long changed) throws IOException {
        changes.committing(entry.index(), changed);
        dirty.mark(entry.index(), data.commit(entry.index(), entry.term()));
        changes.committed();
    }

    private static long changes(List<Call> calls, List<Result> results) {
        long sum = 0;
        for (int i = 0; i < results.size(); i++) {
            sum += ChangeCounter.of(calls.get(i).command(), results.get(i));
        }
        return sum;
    }

    private static String messageOf(Throwable failure) {
        return failure instanceof IOException ? String.valueOf(failure.getMessage()) : failure.toString();
    }

    /** An undecodable payload is final: a retry would read the same bytes. */
    private static Command.Write decode(ByteBuffer payload) {
        try {
            return CommandCodec.decode(payload);
        } catch (IOException unknown) {
            throw new UncheckedIOException(unknown);
        }
    }

    @Override
    public void applyUnlogged(LogBatch origin) throws IOException {
        WriteBatch batch = (WriteBatch) origin;
        try {
            batch.answer(evaluate(batch.calls(), live.current()));
        } catch (IOException | RuntimeException | Error e) {
            batch.failed(new BatchRefusedException(messageOf(e), e), false);
            throw e;
        }
    }

    /**
     * Evaluates an entry from its payload in the log, and commits it.
     *
     * @return bytes appended
     */
    static long replay(LogEntry entry, Bitcask data) throws IOException {
        evaluate(entry, data);
        return data.commit(entry.index(), entry.term());
    }

    /** Evaluates an entry from its payload in the log; returns its number of changes. */
    private static long evaluate(LogEntry entry, Bitcask data) throws IOException {
        ByteBuffer payload = entry.payload();
        long changed = 0;
        while (payload.hasRemaining()) {
            Command.Write command = decode(payload);
            changed += ChangeCounter.of(command, Evaluator.apply(command, data));
        }
        return changed;
    }

    private static List<Result> evaluate(List<Call> calls, Bitcask data) throws IOException {
        List<Result> results = new ArrayList<>(calls.size());
        long bytes = 0;
        for (Call call : calls) {
            Command command = call.command();
            if (bytes > Evaluator.MAX_ENTRY_READ_BYTES && command instanceof Command.Read) {
                results.add(Evaluator.tooLarge(Evaluator.MAX_ENTRY_READ_BYTES));
                continue;
            }
            Result result = Evaluator.apply(command, data);
            bytes += result.valueBytes();
            results.add(result);
        }
        return results;
    }
}
