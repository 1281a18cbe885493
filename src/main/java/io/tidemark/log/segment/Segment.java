package io.tidemark.log.segment;

import java.nio.file.Path;

/**
 * A segment that is not written to any more.
 *
 * @param end where its last entry that counts ends; what is behind it never counts
 * @param lastIndex the last index that counts; {@code header.firstIndex() - 1} if there is none
 * @param fileBytes length of the file
 */
record Segment(SegmentHeader header, Path path, long end, long lastIndex, long fileBytes) {
    long id() {
        return header.id();
    }

    boolean holdsEntries() {
        return lastIndex >= header.firstIndex();
    }
}
