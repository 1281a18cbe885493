package io.tidemark.disk.durable;

/** What a store needs before anything of it can be forced again. */
public enum RepairNeed {
    /** No force has failed. */
    NOTHING,
    /** The data are durable; only the manifest is to be written again. */
    NEW_MANIFEST,
    /** Bytes or names may be lost: what was not durable is to be written again, from the log and into new files. */
    NEW_FILES
}
