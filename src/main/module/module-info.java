/**
 * Background checkpointers for append-only data files, as Vert.x verticles. The node that is built on them is no part of
 * this module.
 *
 * <p>{@code io.tidemark.checkpoint} needs {@code io.vertx.core} and a logging API alone. Add {@code io.vertx.config} and
 * {@code io.vertx.config.yaml} for {@code io.tidemark.reload}, and Micrometer for {@code io.tidemark.metrics}.
 *
 * @since 0.1
 */
@SuppressWarnings("requires-automatic") // micrometer.core
module io.tidemark {
    requires transitive io.vertx.core;
    requires org.slf4j;
    requires static io.vertx.config;
    requires static micrometer.core;
    requires static org.jspecify;
    requires static org.yaml.snakeyaml;

    exports io.tidemark.checkpoint;
    exports io.tidemark.disk;
    exports io.tidemark.files;
    exports io.tidemark.metrics;
    exports io.tidemark.pressure;
    exports io.tidemark.reload;
}
