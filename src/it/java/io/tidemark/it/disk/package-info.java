/**
 * Real faults for integration tests: a shim that makes a process's calls fail, stall or write less ({@link
 * io.tidemark.it.disk.Shim}), and file systems of a test's own that lose power, freeze, fill up or have no store below
 * them ({@link io.tidemark.it.disk.LoopDisk}, {@link io.tidemark.it.disk.ThinStore}).
 *
 * <p>What a test makes here it closes; {@link io.tidemark.it.disk.NothingLeft} checks that it did.
 */
@NullMarked
package io.tidemark.it.disk;

import org.jspecify.annotations.NullMarked;
