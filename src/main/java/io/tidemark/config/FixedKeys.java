package io.tidemark.config;

import io.tidemark.reload.ReloadableSection;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;

/** The keys that can't change while the node runs, with their values at startup; changes are reported by name. */
final class FixedKeys implements ReloadableSection {
    /** The key of these in {@link ConfigMerge#settings}; no section of the file has this name. */
    static final String SECTION = "(fixed)";

    private final JsonObject atStart;

    FixedKeys(JsonObject atStart) {
        this.atStart = atStart.copy();
    }

    @Override
    public String key() {
        return SECTION;
    }

    @Override
    public JsonObject current() {
        return atStart.copy();
    }

    @Override
    public JsonObject validate(JsonObject given) {
        return given;
    }

    @Override
    public Future<Void> apply(JsonObject complete) {
        return Future.failedFuture("requires a restart");
    }

    @Override
    public boolean needsRestart() {
        return true;
    }

    @Override
    public String format(String key, Object value) {
        return ConfigKey.byName(key).map(known -> known.type().show(value)).orElse("(hidden)");
    }

    @Override
    public String fullName(String key) {
        return key;
    }
}
