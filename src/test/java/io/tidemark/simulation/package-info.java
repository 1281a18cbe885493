/**
 * Whole shards on virtual time, over a disk that fails as Linux does. Everything is real but the clock, the threads' turns and
 * the disk; one seed gives one course of events.
 */
@NullMarked
package io.tidemark.simulation;

import org.jspecify.annotations.NullMarked;
