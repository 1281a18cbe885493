/** What the library guide shows, compiled and run. Written as its users write: without annotations of nullness. */
@NullUnmarked
package io.tidemark.example;

import org.jspecify.annotations.NullUnmarked;
