package io.tidemark.checkpoint;

/** A sync that was not done, or not yet. */
public final class SyncException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final SyncFailure failure;

    /** Says what kind, and for people which shard and why. */
    public SyncException(SyncFailure failure, String message) {
        super(message, null, false, false);
        this.failure = failure;
    }

    /** What kind. */
    public SyncFailure failure() {
        return failure;
    }
}
