/**
 * When client writes are shed and when that ends: levels, reasons, and the event that tells of a change.
 *
 * <p>On the way of a write it stands before the log: a write that is shed never enters it.
 */
@NullMarked
package io.tidemark.pressure;

import org.jspecify.annotations.NullMarked;
