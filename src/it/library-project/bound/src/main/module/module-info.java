/** The same project as a module, with what the two bindings need. */
module shop {
    requires io.tidemark;
    requires io.vertx.config;
    requires io.vertx.config.yaml;
    requires io.vertx.metrics.micrometer;
    requires micrometer.core;
}
