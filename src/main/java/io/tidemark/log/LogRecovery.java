package io.tidemark.log;

/**
 * What opening a log found.
 *
 * @param replayedEntries entries handed to the applier
 * @param replayedBytes their payload bytes
 * @param tornBytes bytes of a torn tail that were left out: never acknowledged
 * @param rewrittenEntries entries whose durability was unknown and which were written anew
 * @param lastIndex the last index
 */
public record LogRecovery(
        long replayedEntries, long replayedBytes, long tornBytes, long rewrittenEntries, long lastIndex) {}
