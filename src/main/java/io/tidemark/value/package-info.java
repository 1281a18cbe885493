/**
 * What a configuration value is, and which values a key accepts: one set of rules and messages for every source (YAML,
 * JSON, properties, environment, command line), for the node and the library.
 *
 * <p>It is not on the write path and uses no other package.
 */
@NullMarked
package io.tidemark.value;

import org.jspecify.annotations.NullMarked;
