/**
 * The only access to files: append, force, rename, directory sync, free space; and the seam through which tests inject
 * faults. Every other package reaches the file system through {@link io.tidemark.disk.Disk}.
 *
 * <p>On the write path it is the last layer: {@link io.tidemark.disk.DiskFile#force} is what makes bytes durable.
 */
@NullMarked
package io.tidemark.disk;

import org.jspecify.annotations.NullMarked;
