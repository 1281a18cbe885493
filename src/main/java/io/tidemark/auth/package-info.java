/** Passwords of the node's endpoints: RESP and HTTP check them in the same way. */
@NullMarked
package io.tidemark.auth;

import org.jspecify.annotations.NullMarked;
