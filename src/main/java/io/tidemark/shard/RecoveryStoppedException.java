package io.tidemark.shard;

import java.io.IOException;

/** The node is being stopped, and a shard's replay ended before its time. The next start goes on from what is durable. */
final class RecoveryStoppedException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param index of the first entry that was not replayed */
    RecoveryStoppedException(long index) {
        super("the replay was stopped before entry " + index);
    }
}
