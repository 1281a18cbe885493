package io.tidemark.shard;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The state of a shard that a read is evaluated over. */
interface ReadView {
    /** A key's value; {@code null} if the key is missing. */
    byte @Nullable [] get(byte[] key) throws IOException;

    boolean contains(byte[] key);

    /** Length of a key's value in bytes; 0 if the key is missing. */
    int valueLength(byte[] key) throws IOException;
}
