/** What the fuzz tests of the decoders share; each stands beside its decoder. */
@org.jspecify.annotations.NullMarked
package io.tidemark.fuzz;
