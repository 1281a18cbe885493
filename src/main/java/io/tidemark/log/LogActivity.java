package io.tidemark.log;

/**
 * What a log's thread is doing.
 *
 * @param work the kind of work
 * @param sinceNanos when it began, for this group if the work is of a group, by {@link LogHost#nanoTime}
 */
public record LogActivity(LogWork work, long sinceNanos) {}
