package io.tidemark.pressure;

/**
 * Why a shard is under pressure.
 *
 * @since 0.1
 */
public enum PressureReason {
    /** A volume has less free space than its mark, or the log found no space. Deletes pass. */
    LOW_SPACE,
    /** The process has no file descriptor left for a file that the log needs. */
    NO_DESCRIPTORS,
    /** A logged entry could not be appended to the data files; it and all entries after it wait. */
    APPEND_FAILED,
    /** Data, a directory or the manifest could not be forced. */
    FSYNC_FAILED,
    /** A force has been running for too long. */
    FSYNC_STALLED,
    /** A checkpoint or a repair is due and waits for a permit; the forces of other shards hold all permits. */
    CHECKPOINT_OVERDUE,
    /** The log's write or fdatasync, the append that follows it, or the log's release has been running for too long. */
    LOG_STALLED,
    /** More bytes wait for the log than its bound allows. */
    LOG_BACKLOG
}
