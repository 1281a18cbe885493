package io.tidemark.pressure;

/** Why a shard is under pressure. */
public enum PressureReason {
    /** A volume has less free space than the mark, or the log found no room. Deletes pass. */
    LOW_SPACE,
    /** The process has no file descriptor left for a file that the log needs. */
    NO_DESCRIPTORS,
    /** A logged entry could not be appended to the data files; it waits, and all others behind it. */
    APPEND_FAILED,
    /** Data, a directory or the manifest could not be forced. */
    FSYNC_FAILED,
    /** A force has not come back for too long. */
    FSYNC_STALLED,
    /** A checkpoint or a repair that is due waits for its permit, since the forces of other shards have them all. */
    CHECKPOINT_OVERDUE,
    /** The log's write or fdatasync, the append behind it, or the log's release has not come back for too long. */
    LOG_STALLED,
    /** More bytes wait for the log than the bound allows. */
    LOG_BACKLOG
}
