/**
 * When client writes are shed and when that ends: levels, reasons, and the event that reports a change.
 *
 * <p>On the write path it comes before the log: a write that is shed never enters it.
 */
@NullMarked
package io.tidemark.pressure;

import org.jspecify.annotations.NullMarked;
