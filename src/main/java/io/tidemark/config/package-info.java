/**
 * The node's configuration: its keys, where their values come from, and what is wrong with them.
 *
 * <p>The catalogue of keys is {@link io.tidemark.config.ConfigKey}; {@link io.tidemark.config.ConfigLoader} reads the
 * sources, later ones win: defaults, YAML file, environment, system properties, command line. The outcome is one
 * immutable {@link io.tidemark.config.NodeConfig}, or a {@link io.tidemark.config.ConfigException} that names every
 * problem at once. While the node runs the loader watches the file: the sections that can reload do so by {@link
 * io.tidemark.reload.ConfigReload}, all other keys are reported as taking a restart.
 */
@NullMarked
package io.tidemark.config;

import org.jspecify.annotations.NullMarked;
