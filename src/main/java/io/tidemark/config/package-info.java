/** The node's configuration: its keys, where their values come from, and what is wrong with them. */
@NullMarked
package io.tidemark.config;

import org.jspecify.annotations.NullMarked;
