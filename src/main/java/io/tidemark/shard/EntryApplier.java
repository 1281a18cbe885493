package io.tidemark.shard;

import io.tidemark.bitcask.Bitcask;
import io.tidemark.checkpoint.DirtyCounter;
import io.tidemark.disk.CorruptionException;
import io.tidemark.log.LogApplier;
import io.tidemark.log.LogBatch;
import io.tidemark.log.LogEntry;
import io.tidemark.log.NotYetException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns durable log entries into data: evaluate, append to the data files, publish, mark dirty, answer. In that order: an
 * answer goes out only for what has been logged durably and applied, and after the mark, so that whoever has the answer
 * and asks for a sync gets one that covers it.
 *
 * <p>An entry that finds no room, or a disk in other trouble, is not lost and not left out: it is {@linkplain
 * NotYetException not applied yet}, and evaluated anew when the log tries it again, over the same state and to the same
 * place. Only damage is for good.
 *
 * <p>On the log's thread, one entry at a time.
 */
final class EntryApplier implements LogApplier {
    private final Bitcask data;
    private final DirtyCounter dirty;
    private final BooleanSupplier stopping;
    private volatile long replayed;

    /** @param stopping whether a replay is to end before its next entry, by a {@link RecoveryStoppedException} */
    EntryApplier(Bitcask data, DirtyCounter dirty, BooleanSupplier stopping) {
        this.data = data;
        this.dirty = dirty;
        this.stopping = stopping;
    }

    /** Entries replayed so far. Any thread. */
    long replayedEntries() {
        return replayed;
    }

    @Override
    public void accepted() throws IOException {
        data.removeUnlisted();
    }

    @Override
    public void apply(LogEntry entry, @Nullable LogBatch origin) throws IOException {
        if (origin == null && stopping.getAsBoolean()) {
            throw new RecoveryStoppedException(entry.index());
        }
        try {
            if (origin instanceof WriteBatch batch) {
                List<Result> results = evaluate(batch.calls());
                commit(entry);
                batch.answer(results);
            } else {
                ByteBuffer payload = entry.payload();
                while (payload.hasRemaining()) {
                    Evaluator.apply(decode(payload), data);
                }
                commit(entry);
                long now = replayed + 1;
                replayed = now;
            }
        } catch (IOException | RuntimeException e) {
            data.abandon();
            if (e instanceof IOException trouble && !(e instanceof CorruptionException)) {
                throw new NotYetException("entry " + entry.index() + " can't be applied yet", trouble);
            }
            if (origin != null) {
                origin.failed(new IOException("logged, but not applied: " + e.getMessage(), e), true);
            }
            throw e;
        }
    }

    /** What can't be decoded now never can. */
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
            batch.answer(evaluate(batch.calls()));
        } catch (IOException | RuntimeException e) {
            batch.failed(new IOException(e.getMessage(), e), false);
            throw e;
        }
    }

    private List<Result> evaluate(List<Call> calls) throws IOException {
        List<Result> results = new ArrayList<>(calls.size());
        for (Call call : calls) {
            results.add(Evaluator.apply(call.command(), data));
        }
        return results;
    }

    private void commit(LogEntry entry) throws IOException {
        long bytes = data.commit(entry.index(), entry.term());
        dirty.mark(entry.index(), bytes);
    }
}
