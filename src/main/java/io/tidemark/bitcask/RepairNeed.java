package io.tidemark.bitcask;

/** What a store needs after a failure before anything of it can be made durable again. */
public enum RepairNeed {
    /** Nothing has failed. */
    NOTHING,
    /** Data and directory are on disk, their manifest may not be: it is to be written anew. */
    NEW_MANIFEST,
    /**
     * Bytes or names above the last manifest that is known to be on disk may be lost, whatever the page cache shows: they
     * are to be written anew, from the log, into new files.
     */
    NEW_FILES
}
