package io.tidemark.log.segment;

import io.tidemark.log.LogRecovery;
import io.tidemark.log.LogWork;
import java.io.IOException;

/** The life cycle of a log. */
sealed interface LogState {
    /** Not opened yet. */
    record Fresh() implements LogState {}

    /** Recovered and durable; its entries are being replayed. */
    record Replaying(SegmentStore store, Replay replay, Recovered recovered) implements LogState {
        /** The result, once all entries are replayed. */
        LogRecovery result() {
            return new LogRecovery(
                    replay.entries(),
                    replay.bytes(),
                    recovered.tornBytes(),
                    recovered.rewrittenEntries(),
                    recovered.lastIndex());
        }
    }

    /** Accepts and commits batches. */
    record Open(SegmentStore store) implements LogState {}

    /** Holds a group that can't continue until there is disk space; queues batches, but does not commit them. */
    record Suspended(SegmentStore store, Commit commit, LogWork work) implements LogState {}

    /** A durable entry could not be applied; nothing more is applied until the log is reopened. */
    record ApplyFailed(SegmentStore store, IOException cause) implements LogState {}

    /** A write or force failed, or opening did. Final. */
    record Failed(IOException cause) implements LogState {}

    /** Closed by its owner. */
    record Closed() implements LogState {}
}
