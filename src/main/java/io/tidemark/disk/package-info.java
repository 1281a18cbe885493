/**
 * The only access to files: append, force, rename, directory sync, free space; and the seam through which tests
 * inject faults. Every other package reaches the file system through {@link io.tidemark.disk.Disk}.
 *
 * <p>On the way of a write it is the last room: whatever is to be durable becomes so by {@link
 * io.tidemark.disk.DiskFile#force} here.
 */
@NullMarked
package io.tidemark.disk;

import org.jspecify.annotations.NullMarked;
