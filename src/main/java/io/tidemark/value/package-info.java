/**
 * What a value of a configuration is, and which values a key takes: one set of rules, and one set of words, for whatever
 * the value came from (YAML, JSON, properties, environment, command line) and whoever reads it (node or library).
 *
 * <p>It stands beside the way of a write and uses no other package.
 */
@NullMarked
package io.tidemark.value;

import org.jspecify.annotations.NullMarked;
