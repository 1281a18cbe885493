package io.tidemark.log;

/** What a log's thread does with a group of entries: first the one, then the other. */
public enum LogWork {
    /** Writes and forces it, in the log's own files. */
    LOGGING,
    /** Hands it to the applier, which appends to the data files. */
    APPLYING
}
