package io.tidemark.checkpoint;

import io.vertx.core.Vertx;
import io.vertx.core.shareddata.SharedData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Supplier;

/**
 * One object per Vert.x instance, made at the first request. It is held by this library's class loader, not in shared data:
 * there it would outlive the loader, and classes of the next loader could not use it. It is garbage together with its Vert.x
 * instance. Any thread.
 */
final class PerVertx<T> {
    private final Map<SharedData, T> all = new WeakHashMap<>();
    private final Supplier<T> make;

    PerVertx(Supplier<T> make) {
        this.make = make;
    }

    synchronized T of(Vertx vertx) {
        // keyed by the shared data, since several Vertx objects may be views of the same instance
        return all.computeIfAbsent(vertx.sharedData(), instance -> make.get());
    }

    /** The objects of all instances. */
    synchronized List<T> values() {
        return new ArrayList<>(all.values());
    }
}
