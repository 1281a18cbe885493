package io.tidemark.admin;

import java.util.Locale;

/** Where a node is in its life. */
public enum NodePhase {
    /** Reading the shards' data files. */
    OPENING,
    /** Replaying the shards' logs. */
    RECOVERING,
    /** Answering clients. */
    SERVING,
    /** Making everything durable before it ends. */
    STOPPING;

    /** The name in JSON. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
