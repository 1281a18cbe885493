package io.tidemark.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which store's meters are bound to which registry: one binding for a node and store, since a registry gives the meter it
 * has to whoever asks for one of that name and tags again. Holds neither registries nor bindings: a binding lives as long as
 * its gauges. Any thread.
 */
final class Bindings {
    private static final Map<MeterRegistry, Map<Key, WeakReference<CheckpointMeters>>> OF = new WeakHashMap<>();

    /** Whose meters. */
    record Key(String node, String store) {}

    private Bindings() {}

    /** Puts a binding in the place of an earlier one, which is returned if it has not been closed. */
    static @Nullable CheckpointMeters replace(MeterRegistry registry, Key key, CheckpointMeters fresh) {
        synchronized (OF) {
            WeakReference<CheckpointMeters> before =
                    OF.computeIfAbsent(registry, none -> new HashMap<>()).put(key, new WeakReference<>(fresh));
            return before == null ? null : before.get();
        }
    }

    /** A binding is over. */
    static void remove(MeterRegistry registry, Key key, CheckpointMeters over) {
        synchronized (OF) {
            Map<Key, WeakReference<CheckpointMeters>> bound = OF.get(registry);
            WeakReference<CheckpointMeters> now = bound == null ? null : bound.get(key);
            if (bound != null && now != null && now.refersTo(over)) {
                bound.remove(key);
            }
        }
    }
}
