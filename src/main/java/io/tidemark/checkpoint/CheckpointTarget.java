package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureReason;
import io.vertx.core.Future;
import java.io.IOException;

/**
 * The interface to any store: what a checkpointer needs from one shard's data files.
 *
 * <p>The writer appends without force, publishes what it appended, and then calls {@link DirtyCounter#mark}. The
 * checkpointer calls, for each generation, {@link #capture}, {@link #force} and {@link #completed}, in that order, never
 * two generations at once. It also calls {@link #capture} alone, to find what was applied but not marked.
 *
 * @since 0.1
 */
public interface CheckpointTarget {

    /** A figure that the store does not report. */
    int UNKNOWN = -1;

    /**
     * What a generation will force, taken before its first force. Immutable; made by the store, handed back to it, otherwise
     * opaque.
     *
     * <p>A store publishes one after each <em>whole</em> log entry, so that an index is never paired with file lengths of
     * another entry.
     */
    interface Capture {
        /** {@return the last log index whose bytes are in the files at the captured lengths; 0 if none} */
        long index();

        /** {@return bytes to force, as far as the store knows; for reports only} */
        long bytes();

        /** {@return files to force; for reports only} */
        int files();
    }

    /**
     * The counter of the shard that this store is deployed as: a store that marks its writes itself takes it from here, and needs
     * no names. Called on the shard's event loop at the checkpointer's start, before anything else; memory only. A store that is
     * deployed a second time is given another one.
     *
     * @param dirty the same as {@link DirtyCounter#of} returns for this shard
     */
    default void attached(DirtyCounter dirty) {}

    /**
     * Receives the options: at the checkpointer's start, after {@link #attached}, and at each change. Called on the shard's event
     * loop; memory only. A store that paces its write-back takes {@link CheckpointOptions#getPacingBytes} from here.
     *
     * @param options the store's own copy
     */
    default void configured(CheckpointOptions options) {}

    /**
     * Captures what has been applied. Called on the shard's event loop before the first byte is forced, and also at ticks, syncs
     * and the stop of a shard that is clean by its marks, so that what was never marked is forced, too. Must be one volatile
     * read: no lock, no system call, no side effect. Not every capture is forced. After the checkpointer has stopped, a sync
     * calls it on any thread.
     *
     * @return never {@code null}; before the first write a capture of index 0, or of what was found when the store was
     *     opened. If this method or a method of the {@link Capture} throws, or this one returns {@code null}, the generation
     *     fails without a force and is retried
     */
    Capture capture();

    /**
     * Makes a capture durable: every file with unsynced bytes, sealed ones too, each through the descriptor that wrote it; then
     * the directories; then the position file and its directory. Called on a worker thread; blocks for as long as the disk
     * takes.
     *
     * @param captured the capture
     * @throws ForcePostponedException if no force failed, and this method may be called again
     * @throws IOException if part of it may not be durable. The force is never retried: on Linux a second force reports success
     *     although pages were lost
     */
    void force(Capture captured) throws IOException;

    /**
     * The method that the checkpointer calls. A store that implements it instead of {@link #force(Capture)} reports its steps,
     * so that times and failures of data files, directories and position file are distinguished.
     *
     * @param captured the capture
     * @param progress receives the steps; on this thread, during this call
     * @throws IOException if part of it may not be durable
     */
    default void force(Capture captured, ForceProgress progress) throws IOException {
        force(captured);
    }

    /**
     * The capture is durable. Called on the shard's event loop; memory only, for example to hand the index to the log, which
     * then releases entries on its own thread.
     *
     * @param captured the capture
     */
    void completed(Capture captured);

    /**
     * Rewrites, from the log into new files, everything that the failed generation captured and everything after it. Called on a
     * worker thread after {@link #force} failed, and again after growing pauses while it throws {@link IOException}. When it
     * returns, generations resume.
     *
     * @param failed the capture whose force failed
     * @throws UnsupportedOperationException (the default) if this store can't: the shard is then {@code FAILED} until a
     *     restart recovers it from the log
     * @throws IOException if the repair failed; it is tried again later
     */
    default void repair(Capture failed) throws IOException {
        throw new UnsupportedOperationException("this store can't be repaired in place");
    }

    /**
     * Tests whether the disk accepts a write, forces it and returns the same bytes, before shedding ends. Called on the shard's
     * event loop when the cause of a pressure has been gone for the dwell time; one at a time. The default tests nothing: the
     * generation that succeeded was the proof. {@link io.tidemark.pressure.DurableProbe} tests a directory; it blocks, so run it
     * on a worker.
     *
     * @param reason the reason whose latch is to open
     * @return fails if shedding must not end yet; the probe is then repeated later, as after an exception or {@code null}
     */
    default Future<Void> probe(PressureReason reason) {
        return Future.succeededFuture();
    }

    /**
     * {@return how many files have unsynced bytes, {@link #UNKNOWN} by default; for reports only} Any thread; memory only.
     */
    default int dirtyFiles() {
        return UNKNOWN;
    }

    /**
     * Asks the store to finish its pending writes and to refuse new ones. Called once, on the shard's event loop, when the
     * checkpointer stops; awaited before the last generation, so that it covers everything. If the writer is another thread,
     * hand over to it. Sync requests are still answered meanwhile.
     *
     * <p>A store that is still written to after the future has completed (possible with the default, which knows no writer) is
     * forced a few more times; if it is still dirty then, the stop fails and says so.
     *
     * @return completed from any thread, never {@code null}; if it fails, the last generation still runs, and then the stop
     *     fails
     */
    default Future<Void> drain() {
        return Future.succeededFuture();
    }
}
