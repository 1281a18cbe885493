package io.tidemark.node;

import java.io.IOException;
import java.nio.file.Path;

/** A directory's lock, from its holder's view. */
interface HeldLock {
    /** The directory, without symbolic links. */
    Path directory();

    /** The setting that names it. */
    String setting();

    /** The locked file: device and inode number; {@link OwnerRecord#UNKNOWN} where files have none. */
    String key();

    /**
     * The same for the file that has the name now. Needs no descriptor.
     *
     * @throws java.nio.file.NoSuchFileException if no file has it
     */
    String keyAtName() throws IOException;

    /**
     * A value that changes whenever the file is replaced or written. Needs no descriptor.
     *
     * @throws java.nio.file.NoSuchFileException if no file has it
     */
    String stamp(Path file) throws IOException;
}
