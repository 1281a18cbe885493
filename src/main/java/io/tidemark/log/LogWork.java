package io.tidemark.log;

/** What a log's thread does: with each group of entries the first and then the second, and between groups the third. */
public enum LogWork {
    /** Writes and forces a group, in the log's own files. */
    WRITING,
    /** Hands it to the applier, which appends to the data files. */
    APPLYING,
    /** Forgets what is durable without the log, or gives back files kept for later; groups wait behind it. */
    RELEASING
}
