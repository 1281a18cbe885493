package io.tidemark.shard;

import java.io.IOException;

/** A shutdown ended a shard's replay early. The next start continues from the durable index. */
final class RecoveryStoppedException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param index of the first entry that was not replayed */
    RecoveryStoppedException(long index) {
        super("the replay was stopped before entry " + index);
    }
}
