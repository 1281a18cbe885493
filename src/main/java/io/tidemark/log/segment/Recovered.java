package io.tidemark.log.segment;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A log as recovery left it: checked, durable as a whole, not yet replayed.
 *
 * @param control null if the log has no files
 * @param closed segments that are not written to, in order
 * @param active the segment made to write a tail anew, or null: the next append makes one
 * @param lastIndex the last index, 0 for none
 * @param lastTimeMillis no entry's time is above it
 * @param tornBytes bytes left out behind the last entry
 * @param rewrittenEntries entries written anew
 */
record Recovered(
        @Nullable ControlFile control,
        List<Segment> closed,
        @Nullable ActiveSegment active,
        long lastIndex,
        long lastTimeMillis,
        long tornBytes,
        long rewrittenEntries) {

    static Recovered empty(@Nullable ControlFile control) {
        return new Recovered(control, List.of(), null, 0, 0, 0, 0);
    }
}
