package io.tidemark.log.segment;

import java.io.IOException;

/** Where a log is in its life. */
sealed interface LogState {
    /** Not opened yet. */
    record Fresh() implements LogState {}

    /** Takes batches. */
    record Open(SegmentStore store) implements LogState {}

    /** An entry is durable, but was not applied; nothing is handed out until the log is opened anew. */
    record ApplyFailed(SegmentStore store, IOException cause) implements LogState {}

    /** A write or force failed, or opening did. Final. */
    record Failed(IOException cause) implements LogState {}

    /** Closed by its owner. */
    record Closed() implements LogState {}
}
