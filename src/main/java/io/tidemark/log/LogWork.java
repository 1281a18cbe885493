package io.tidemark.log;

/** Kinds of work of a log's thread: {@code WRITING} then {@code APPLYING} for each group, {@code RELEASING} between groups. */
public enum LogWork {
    /** Writes and forces a group in the log's own files. */
    WRITING,
    /** Passes the group's entries to the applier, which appends to the data files. */
    APPLYING,
    /** Releases segments, or deletes spare files; groups wait meanwhile. */
    RELEASING
}
