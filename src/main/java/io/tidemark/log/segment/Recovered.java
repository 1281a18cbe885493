package io.tidemark.log.segment;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A recovered log: validated, durable as a whole, not yet replayed.
 *
 * @param control null if the log has no files
 * @param sealed segments that are no longer written to, in order
 * @param active the segment that the tail was rewritten to, or null: the next append creates one
 * @param lastIndex the last index, 0 for none
 * @param lastTimeMillis upper bound of all entries' times
 * @param tornBytes bytes of a torn tail, ignored
 * @param rewrittenEntries number of rewritten entries
 */
record Recovered(
        @Nullable ControlFile control,
        List<Segment> sealed,
        @Nullable ActiveSegment active,
        long lastIndex,
        long lastTimeMillis,
        long tornBytes,
        long rewrittenEntries) {

    static Recovered empty(@Nullable ControlFile control) {
        return new Recovered(control, List.of(), null, 0, 0, 0, 0);
    }
}
