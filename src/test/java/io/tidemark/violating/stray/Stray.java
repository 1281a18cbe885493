package io.tidemark.violating.stray;

/** In a package that the table does not know. */
interface Stray {}
