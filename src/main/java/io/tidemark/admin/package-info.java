/**
 * The admin HTTP endpoint: metrics, health, shards and sync. Needs vertx-web.
 *
 * <p>It stands beside the way of a write and looks at memory only, so that it answers while every disk hangs and while the
 * node recovers.
 */
@NullMarked
package io.tidemark.admin;

import org.jspecify.annotations.NullMarked;
