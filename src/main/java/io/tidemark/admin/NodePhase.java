package io.tidemark.admin;

import java.util.Locale;

/** The phases of a node's life. */
public enum NodePhase {
    /** Opening the shards' data files. */
    OPENING,
    /** Replaying the shards' logs. */
    RECOVERING,
    /** Serving clients. */
    SERVING,
    /** Shutting down: making everything durable. */
    STOPPING;

    /** The name in JSON. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
