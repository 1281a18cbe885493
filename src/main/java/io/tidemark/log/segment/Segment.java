package io.tidemark.log.segment;

import java.nio.file.Path;
import java.util.Locale;

/**
 * A segment that has been read or written.
 *
 * @param header its header
 * @param end offset behind its last frame that counts
 * @param last last index in it; {@code header.previousLast()} if it has no entry
 */
record Segment(SegmentHeader header, long end, long last) {
    static final String SUFFIX = ".log";
    static final String NEW_SUFFIX = ".log.new";

    static Path path(Path directory, long id) {
        return directory.resolve(name(id));
    }

    static String name(long id) {
        return String.format(Locale.ROOT, "%010d%s", id, SUFFIX);
    }

    /** The number in a segment's name, or -1 if the name is not one. */
    static long idOf(String name) {
        if (!name.endsWith(SUFFIX) || name.length() != 10 + SUFFIX.length()) {
            return -1;
        }
        long id = 0;
        for (int i = 0; i < 10; i++) {
            int digit = name.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            id = id * 10 + digit;
        }
        return id;
    }

    long id() {
        return header.id();
    }

    /** Whether it holds no entry above an index. */
    boolean endsBy(long index) {
        return last <= index;
    }
}
