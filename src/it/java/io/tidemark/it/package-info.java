/** Integration tests: the packaged node as a real process, real sockets, real disks. */
@NullMarked
package io.tidemark.it;

import org.jspecify.annotations.NullMarked;
