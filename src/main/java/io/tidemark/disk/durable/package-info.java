/**
 * What every store over append-only files does alike: forces what a snapshot holds, replaces the manifest that says so, and
 * knows what is certain after a failure. The format of the data files and of the manifest is the store's.
 *
 * <p>On the write path it is the last step but one: data, directory, manifest, in this order, by {@link io.tidemark.disk.Disk}.
 */
@NullMarked
package io.tidemark.disk.durable;

import org.jspecify.annotations.NullMarked;
