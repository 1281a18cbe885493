package io.tidemark.checkpoint;

/**
 * A sync that has failed, or has not completed yet.
 *
 * @since 0.1
 */
public final class SyncException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    /** The kind of failure. */
    private final SyncFailure failure;

    /**
     * The message names the shard and the cause.
     *
     * @param failure the kind of failure
     * @param message what happened, and what to do
     */
    public SyncException(SyncFailure failure, String message) {
        super(message, null, false, false);
        this.failure = failure;
    }

    /** {@return the kind of failure} */
    public SyncFailure failure() {
        return failure;
    }
}
