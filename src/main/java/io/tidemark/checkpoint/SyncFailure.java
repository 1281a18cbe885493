package io.tidemark.checkpoint;

/**
 * Why a sync failed: {@link SyncException#failure} in Java, {@link io.vertx.core.eventbus.ReplyException#failureCode}
 * on the event bus.
 *
 * <table>
 * <caption>Failure codes of a sync request</caption>
 * <tr><th>code</th><th>name</th><th>what the caller should do</th></tr>
 * <tr><td>1</td><td>{@link #FORCE_FAILED}</td><td>stop relying on that shard's data files; its writes are shed</td></tr>
 * <tr><td>2</td><td>{@link #SHARD_FAILED}</td><td>the same; a retry helps only after a repair or a restart</td></tr>
 * <tr><td>3</td><td>{@link #DEADLINE}</td><td>retry, or wait: the sync continues and may still succeed</td></tr>
 * <tr><td>4</td><td>{@link #BAD_REQUEST}</td><td>correct the request: the message names key and value</td></tr>
 * <tr><td>5</td><td>{@link #UNAVAILABLE}</td><td>retry later; this says nothing about the disk</td></tr>
 * <tr><td>-1</td><td>the bus itself</td><td>{@code NO_HANDLERS}: no such store, shard or node, or it has stopped; {@code
 * TIMEOUT}: the caller's own send timeout (30 s unless set) has passed, or the checkpointer stopped meanwhile</td></tr>
 * </table>
 *
 * @since 0.1
 */
public enum SyncFailure {
    /** The generation that should have answered failed. */
    FORCE_FAILED(1),
    /** An earlier force failed and has not been repaired; nothing was forced. */
    SHARD_FAILED(2),
    /** The caller's deadline has passed; the sync continues. */
    DEADLINE(3),
    /** The request is malformed, or the shard does not exist. */
    BAD_REQUEST(4),
    /**
     * The checkpointer has not started or has stopped; the force could not be scheduled, or was {@linkplain
     * ForcePostponedException postponed}; or what was marked has not been applied.
     */
    UNAVAILABLE(5);

    private final int code;

    SyncFailure(int code) {
        this.code = code;
    }

    /** {@return the code that {@link io.vertx.core.eventbus.ReplyException#failureCode} shows} */
    public int code() {
        return code;
    }
}
