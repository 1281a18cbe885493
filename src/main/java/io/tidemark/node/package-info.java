/** The composition root: command line, the data directory's lock and identity, deploy order, shutdown order. */
@NullMarked
package io.tidemark.node;

import org.jspecify.annotations.NullMarked;
