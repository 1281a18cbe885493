package io.tidemark.log;

/**
 * What a log's thread is at.
 *
 * @param work what it does
 * @param sinceNanos since when it does that, in the first two cases with one group, on {@link LogHost#nanoTime}
 */
public record LogActivity(LogWork work, long sinceNanos) {}
