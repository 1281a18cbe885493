package io.tidemark.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which store's meters are bound to which registry. There is one binding for each node and store, since a registry
 * returns the existing meter for a known name and tags. Holds neither registries nor bindings: a binding lives as long
 * as its gauges. Any thread.
 */
final class Bindings {
    private static final Map<MeterRegistry, Map<Key, WeakReference<CheckpointMeters>>> OF = new WeakHashMap<>();

    /** The node and store that meters belong to. */
    record Key(String node, String store) {}

    private Bindings() {}

    /** Replaces a binding; returns the earlier one if it was not closed. */
    static @Nullable CheckpointMeters replace(MeterRegistry registry, Key key, CheckpointMeters replacement) {
        synchronized (OF) {
            WeakReference<CheckpointMeters> before =
                    OF.computeIfAbsent(registry, none -> new HashMap<>()).put(key, new WeakReference<>(replacement));
            return before == null ? null : before.get();
        }
    }

    /** Removes a closed binding. */
    static void remove(MeterRegistry registry, Key key, CheckpointMeters closed) {
        synchronized (OF) {
            Map<Key, WeakReference<CheckpointMeters>> bound = OF.get(registry);
            WeakReference<CheckpointMeters> current = bound == null ? null : bound.get(key);
            if (bound != null && current != null && current.refersTo(closed)) {
                bound.remove(key);
            }
        }
    }
}
