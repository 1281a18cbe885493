package io.tidemark.files;

import java.util.List;

/**
 * Where an append went.
 *
 * @param position its position
 * @param offsets where each part begins in its file, in bytes, in the order of the parts; see {@link AppendOnlyFiles#read}
 * @since 0.1
 */
public record Appended(long position, List<Long> offsets) {}
