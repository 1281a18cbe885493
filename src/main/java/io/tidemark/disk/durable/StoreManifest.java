package io.tidemark.disk.durable;

import io.tidemark.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/** What a store's manifest says, whatever its format. Immutable; equal if they say the same. */
public interface StoreManifest {
    /** The durable index; 0 if there is none. */
    long index();

    /** Its term; 0 in a store without terms. */
    default long term() {
        return 0;
    }

    /** Numbers of the files that it lists. */
    Set<Long> fileIds();

    /**
     * Replaces the manifest in a directory by this one, by {@link Disk#replace}. Blocks.
     *
     * @throws io.tidemark.disk.NotReplacedException if the one on disk is what it was
     */
    void write(Disk disk, Path directory) throws IOException;
}
