package io.tidemark.checkpoint;

import io.vertx.core.Vertx;
import io.vertx.core.shareddata.SharedData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Supplier;

/**
 * One object for each Vert.x instance, made when it is first asked for. It belongs to the class loader of this library and not
 * to shared data: there it would outlive the loader, and the next one's classes could not use it. An instance that is closed
 * and forgotten takes its object along. Any thread.
 */
final class PerVertx<T> {
    private final Map<SharedData, T> all = new WeakHashMap<>();
    private final Supplier<T> make;

    PerVertx(Supplier<T> make) {
        this.make = make;
    }

    synchronized T of(Vertx vertx) {
        // the shared data, since a Vertx may be one of several views of the same instance
        return all.computeIfAbsent(vertx.sharedData(), instance -> make.get());
    }

    /** Those of all instances. */
    synchronized List<T> values() {
        return new ArrayList<>(all.values());
    }
}
