package io.tidemark.checkpoint;

/** A sync that has failed, or has not completed yet. */
public final class SyncException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final SyncFailure failure;

    /** The message names the shard and the cause. */
    public SyncException(SyncFailure failure, String message) {
        super(message, null, false, false);
        this.failure = failure;
    }

    /** The kind of failure. */
    public SyncFailure failure() {
        return failure;
    }
}
