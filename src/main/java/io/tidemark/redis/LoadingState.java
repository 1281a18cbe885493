package io.tidemark.redis;

/** Whether the node can serve data yet. */
public enum LoadingState {
    /** Shards are recovering; commands that need data are answered by {@code -LOADING}. */
    LOADING,
    /** Recovery is complete. */
    READY
}
