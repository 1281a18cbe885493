package io.tidemark.pressure;

/** Why a shard is under pressure. */
public enum PressureReason {
    /** The volume has less free space than the mark. */
    LOW_SPACE,
    /** Bytes of an acknowledged entry could not be appended to a data file. */
    APPEND_FAILED,
    /** Data, a directory or the manifest could not be forced. */
    FSYNC_FAILED,
    /** A force has not come back for too long. */
    FSYNC_STALLED,
    /** The log's own fdatasync has not come back for too long. */
    LOG_STALLED,
    /** More bytes wait for the log than the bound allows. */
    LOG_BACKLOG
}
