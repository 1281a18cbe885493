package io.tidemark.log.segment;

import io.tidemark.log.LogRecovery;
import io.tidemark.log.LogWork;
import java.io.IOException;

/** Where a log is in its life. */
sealed interface LogState {
    /** Not opened yet. */
    record Fresh() implements LogState {}

    /** Checked and durable; its entries are being handed out. */
    record Replaying(SegmentStore store, Replay replay, Recovered recovered) implements LogState {
        /** What was found, once all have been. */
        LogRecovery found() {
            return new LogRecovery(
                    replay.entries(),
                    replay.bytes(),
                    recovered.tornBytes(),
                    recovered.rewrittenEntries(),
                    recovered.lastIndex());
        }
    }

    /** Takes batches. */
    record Open(SegmentStore store) implements LogState {}

    /** Holds a group that can't go on for want of room; takes batches, but does nothing with them. */
    record Waiting(SegmentStore store, Commit commit, LogWork work) implements LogState {}

    /** An entry is durable, but was not applied; nothing is handed out until the log is opened anew. */
    record ApplyFailed(SegmentStore store, IOException cause) implements LogState {}

    /** A write or force failed, or opening did. Final. */
    record Failed(IOException cause) implements LogState {}

    /** Closed by its owner. */
    record Closed() implements LogState {}
}
