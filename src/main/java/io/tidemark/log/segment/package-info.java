/**
 * The embedded log: a directory of segment files per shard, group commit, recovery that distinguishes a torn tail from
 * corruption.
 */
@NullMarked
package io.tidemark.log.segment;

import org.jspecify.annotations.NullMarked;
