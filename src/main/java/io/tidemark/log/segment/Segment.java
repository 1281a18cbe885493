package io.tidemark.log.segment;

import java.nio.file.Path;

/**
 * A sealed segment: no longer written to.
 *
 * @param end offset where its last valid entry ends; bytes after it are ignored
 * @param lastIndex index of its last valid entry; {@code header.firstIndex() - 1} if it has none
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
