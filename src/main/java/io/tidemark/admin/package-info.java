/**
 * The admin HTTP endpoint: metrics, health, shards and sync. Needs vertx-web.
 *
 * <p>It is not part of the write path. It reads memory only, so that it answers even while every disk hangs or the node recovers.
 */
@NullMarked
package io.tidemark.admin;

import org.jspecify.annotations.NullMarked;
