package io.tidemark.disk.durable;

/** The repair that a store needs after a failure before it can be forced again. */
public enum RepairNeed {
    /** Nothing has failed. */
    NOTHING,
    /** Data and directory are on disk, but the manifest may not be: it must be written again. */
    NEW_MANIFEST,
    /**
     * Bytes or directory entries above the last durable manifest may be lost, whatever the page cache shows: they must be
     * rewritten from the log into new files.
     */
    NEW_FILES
}
