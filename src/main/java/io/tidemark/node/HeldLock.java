package io.tidemark.node;

import java.io.IOException;
import java.nio.file.Path;

/** A directory's lock as its holder sees it. */
interface HeldLock {
    /** The directory, without symbolic links. */
    Path directory();

    /** The setting that names it. */
    String setting();

    /** Says which file is locked: device and number; {@link OwnerRecord#UNKNOWN} where files have none. */
    String key();

    /**
     * The same of the file that is at the name now. Needs no descriptor.
     *
     * @throws java.nio.file.NoSuchFileException if there is none
     */
    String keyAtName() throws IOException;

    /**
     * What changes whenever a file in the directory is replaced or written. Needs no descriptor.
     *
     * @throws java.nio.file.NoSuchFileException if there is none
     */
    String stamp(Path file) throws IOException;
}
