package io.tidemark.checkpoint;

/** Failure codes of a sync request on the event bus. */
public enum SyncFailure {
    /** The generation that should have answered failed; the shard sheds. */
    FORCE_FAILED(1),
    /** An earlier force failed and has not been repaired; nothing was tried. */
    SHARD_FAILED(2),
    /** The caller's deadline has passed; the sync goes on. */
    DEADLINE(3),
    /** The request is malformed. */
    BAD_REQUEST(4),
    /** The checkpointer has stopped, or the force could not be started. */
    UNAVAILABLE(5);

    private final int code;

    SyncFailure(int code) {
        this.code = code;
    }

    /** The code that {@link io.vertx.core.eventbus.ReplyException#failureCode} shows. */
    public int code() {
        return code;
    }
}
