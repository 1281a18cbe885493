package io.tidemark.bitcask;

import io.tidemark.disk.Disk;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the stores have in common that follow one another in a directory, when a repair puts one in the place of another.
 *
 * @param directory made at the first write
 * @param owner what every file must carry
 * @param nextId every number below it has been used by a file, were it only for an attempt
 * @param quarantine files that repairs have given up
 */
record StoreHome(
        Disk disk,
        Path directory,
        StoreIdentity owner,
        BitcaskOptions options,
        AtomicLong nextId,
        Quarantine quarantine) {}
