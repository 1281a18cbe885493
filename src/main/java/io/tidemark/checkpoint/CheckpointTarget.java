package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureReason;
import io.vertx.core.Future;
import java.io.IOException;

/**
 * The seam to any store: what a checkpointer needs to know of one shard's data files, and what it asks of them.
 *
 * <p>The writer appends without force, publishes what it appended, and then calls {@link DirtyCounter#mark}. The
 * checkpointer calls, for each generation, {@link #capture}, {@link #force} and {@link #completed}, in that order, never
 * two generations at once. It also calls {@link #capture} alone, to see whether anything was applied that nobody marked.
 */
public interface CheckpointTarget {

    /** A figure that the store does not tell. */
    int UNKNOWN = -1;

    /**
     * What one generation makes durable. Immutable; made by the store, handed back to it, otherwise opaque.
     *
     * <p>A store publishes one after each <em>whole</em> log entry, so that an index is never paired with file lengths of
     * another moment.
     */
    interface Capture {
        /** Last log index whose bytes are in the files at the lengths captured; 0 if there is none. */
        long index();

        /** Bytes that are to be forced, as far as the store knows; for reports. */
        long bytes();

        /** Files that are to be forced; for reports. */
        int files();
    }

    /**
     * The options from now on: at the checkpointer's start, before anything else is called, and at each change. Called on
     * the shard's event loop; memory only. A store that paces its write-back takes {@link
     * CheckpointOptions#getPacingBytes} from here.
     *
     * @param options the store's own copy
     */
    default void configured(CheckpointOptions options) {}

    /**
     * What has been applied by now. Called on the shard's event loop, before the first byte is forced, and at the ticks,
     * syncs and the stop of a shard that is clean by its marks, so that what was never marked is forced, too. One volatile
     * read, no lock, no system call; it changes nothing, and not every capture is forced. After the checkpointer's end on any
     * thread, for whoever asks then whether all is durable.
     *
     * @return never {@code null}; before the first write a capture of index 0, or of what was found when the store was
     *     opened. What throws or returns {@code null}, here or in a method of the {@link Capture}, is a failed generation in
     *     which nothing was forced: it is tried again
     */
    Capture capture();

    /**
     * Makes what was captured durable: every file with unsynced bytes, sealed ones too, each through the descriptor that
     * wrote it; then the directories; then the position file, and its directory. Called on a worker thread, blocks for as
     * long as the disk takes.
     *
     * @throws ForcePostponedException if no force failed, and it may be called again
     * @throws IOException if any of it may not be durable. It is never called again to make up for that: on Linux a second
     *     force reports success over lost pages
     */
    void force(Capture captured) throws IOException;

    /**
     * What the checkpointer calls: {@link #force(Capture)} by a store that can tell what it is at. The times and failures of
     * its data files, directories and position file are then told apart.
     *
     * @param progress takes it; on this thread, for as long as this call lasts
     */
    default void force(Capture captured, ForceProgress progress) throws IOException {
        force(captured);
    }

    /**
     * What was captured is durable now. Called on the shard's event loop; memory only, for example to hand the index to
     * the log, which then forgets on a thread of its own.
     */
    void completed(Capture captured);

    /**
     * Writes anew, into new files and from the log, everything that the failed generation captured or that came after it.
     * Called on a worker thread after {@link #force} failed, with growing pauses as long as it throws {@link IOException}.
     * When it returns, generations go on.
     *
     * @throws UnsupportedOperationException (the default) if this store can't: the shard is then {@code FAILED} until a
     *     restart recovers it from the log
     */
    default void repair(Capture failed) throws IOException {
        throw new UnsupportedOperationException("this store can't be repaired in place");
    }

    /**
     * Asks whether the disk takes a write, forces it and gives it back, before the shard's writes are taken again. Called
     * on the shard's event loop when the cause of some pressure has been gone for the dwell time; one at a time. By default
     * there is nothing to ask: a generation that succeeded was the proof. {@link io.tidemark.pressure.DurableProbe} does it
     * for a directory; it blocks, so run it on a worker.
     *
     * @param reason whose latch wants to open
     * @return fails if writes must not be taken yet; asked again later, as after a throw or {@code null}
     */
    default Future<Void> probe(PressureReason reason) {
        return Future.succeededFuture();
    }

    /** How many files have unsynced bytes, {@link #UNKNOWN} by default; for reports. Any thread; memory only. */
    default int dirtyFiles() {
        return UNKNOWN;
    }

    /**
     * Asks the store to finish what it is writing and to refuse what comes later. Called once, on the shard's event loop,
     * when the checkpointer stops; awaited before the last generation, so that that one covers everything. The store's
     * writer may be another thread: hand over to it. Sync requests are still answered meanwhile.
     *
     * <p>A store that goes on writing after the future has completed (as the default does, which knows of no writer) is
     * forced a few more times, and if it is still dirty then, the stop fails and says so.
     *
     * @return completed from any thread, never {@code null}; if it fails, the last generation is run all the same, and then
     *     the stop fails
     */
    default Future<Void> drain() {
        return Future.succeededFuture();
    }
}
