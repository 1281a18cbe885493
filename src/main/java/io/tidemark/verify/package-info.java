/**
 * Tells whether a stopped node's directory is whole, without changing it: {@code tidemark verify}.
 *
 * <p>It is no step on the way of a write; it reads what the others have written, with their own readers.
 */
@NullMarked
package io.tidemark.verify;

import org.jspecify.annotations.NullMarked;
