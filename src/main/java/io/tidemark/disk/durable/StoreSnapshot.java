package io.tidemark.disk.durable;

import java.util.List;

/** A store at one moment between two entries. Immutable. */
public interface StoreSnapshot {
    /** Last log index whose bytes are in the files at these lengths; 0 if there is none. */
    long index();

    /** That index's term; 0 in a store without terms. */
    default long term() {
        return 0;
    }

    /** Every file, and its length. */
    List<FileSnapshot> fileSnapshots();
}
