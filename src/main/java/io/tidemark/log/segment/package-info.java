/**
 * The embedded log: one directory of segment files a shard, group commit, recovery that tells a torn tail from
 * corruption.
 */
@NullMarked
package io.tidemark.log.segment;

import org.jspecify.annotations.NullMarked;
