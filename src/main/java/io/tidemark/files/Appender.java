package io.tidemark.files;

import java.io.IOException;

/**
 * Takes appends, in the order of their positions: {@link AppendOnlyFiles} itself, or what a repair writes.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface Appender {
    /**
     * Appends, as a whole or not at all; see {@link AppendOnlyFiles#append(long, Part...)}. Blocks.
     *
     * @param position greater than that of the append before
     * @param parts what is appended to which file
     * @return where it went
     * @throws IOException if nothing of it counts; the call may be repeated
     */
    Appended append(long position, Part... parts) throws IOException;
}
