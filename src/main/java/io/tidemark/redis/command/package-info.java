/**
 * The commands: their table, and a handler for each.
 *
 * <p>A handler knows the client that sent the command, by {@link io.tidemark.redis.command.Client}, and the node, by {@link
 * io.tidemark.redis.command.Server}; it knows neither sockets nor how keys are distributed over shards. To add a command, write
 * its handler and add a row to {@link io.tidemark.redis.command.Commands}.
 */
@NullMarked
package io.tidemark.redis.command;

import org.jspecify.annotations.NullMarked;
