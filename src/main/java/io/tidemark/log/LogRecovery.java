package io.tidemark.log;

/**
 * The result of opening a log.
 *
 * @param replayedEntries number of entries passed to the applier
 * @param replayedBytes their payload bytes
 * @param tornBytes bytes of a torn tail that were ignored: never acknowledged
 * @param rewrittenEntries number of entries whose durability was unknown and which were rewritten
 * @param lastIndex the last index
 */
public record LogRecovery(
        long replayedEntries, long replayedBytes, long tornBytes, long rewrittenEntries, long lastIndex) {}
