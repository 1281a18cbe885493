package io.tidemark.checkpoint;

import io.tidemark.value.RawSection;
import io.tidemark.value.ValueType;
import io.vertx.core.json.JsonObject;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Options of a checkpointer. Keys of the JSON form are the setters' names in snake_case.
 *
 * <p>A long interval is safe: the log is forced per batch and is the source of truth. It only bounds what a restart must
 * replay.
 *
 * <p>Not thread-safe; every method that takes options copies them. Equal if all values are equal.
 *
 * @since 0.1
 */
public final class CheckpointOptions {
    /** Default of {@link #setIntervalMs}: 10 s. */
    public static final long DEFAULT_INTERVAL_MS = 10_000;

    /** Default of {@link #setIdleMs}: 250 ms. */
    public static final long DEFAULT_IDLE_MS = 250;

    /** Default of {@link #setMaxDelayMs}: 3 minutes. */
    public static final long DEFAULT_MAX_DELAY_MS = 180_000;

    /** Default of {@link #setMaxDirtyBytes}: 256 MiB. */
    public static final long DEFAULT_MAX_DIRTY_BYTES = 256L << 20;

    /** Default of {@link #setMaxConcurrentFsyncs}. */
    public static final int DEFAULT_MAX_CONCURRENT_FSYNCS = 2;

    /** Default of {@link #setPacingBytes}: 1 MiB. */
    public static final int DEFAULT_PACING_BYTES = 1 << 20;

    /** Default of {@link #setStallWarnMs}: 5 s. */
    public static final long DEFAULT_STALL_WARN_MS = 5_000;

    /** Default of {@link #setStallShedMs}: 20 s. */
    public static final long DEFAULT_STALL_SHED_MS = 20_000;

    /** Default of {@link #setNode}: no name. */
    public static final String DEFAULT_NODE = "";

    /** Default of {@link #setClustered}: requests from this node only. */
    public static final boolean DEFAULT_CLUSTERED = false;

    /** Maximum of {@link #setMaxConcurrentFsyncs}. */
    public static final int MAX_CONCURRENT_FSYNCS = 64;

    private static final String SECTION = "checkpoint";
    private static final long DAY_MS = 86_400_000;
    private static final ValueType MILLISECONDS = new ValueType.WholeNumber(10, DAY_MS);
    private static final ValueType IDLE_MILLISECONDS = new ValueType.WholeNumber(0, DAY_MS);
    private static final ValueType DIRTY_BYTES = new ValueType.Size(4 * ValueType.KIB, 1024 * ValueType.GIB);
    private static final ValueType FSYNCS = new ValueType.WholeNumber(1, MAX_CONCURRENT_FSYNCS);
    private static final ValueType PACING = new ValueType.SizeOrZero(64 * ValueType.KIB, 64 * ValueType.MIB);
    private static final Set<String> KEYS = Set.of(
            "interval_ms",
            "idle_ms",
            "max_delay_ms",
            "max_dirty_bytes",
            "max_concurrent_fsyncs",
            "pacing_bytes",
            "stall_warn_ms",
            "stall_shed_ms",
            "node",
            "clustered");

    private long intervalMs = DEFAULT_INTERVAL_MS;
    private long idleMs = DEFAULT_IDLE_MS;
    private long maxDelayMs = DEFAULT_MAX_DELAY_MS;
    private long maxDirtyBytes = DEFAULT_MAX_DIRTY_BYTES;
    private int maxConcurrentFsyncs = DEFAULT_MAX_CONCURRENT_FSYNCS;
    private int pacingBytes = DEFAULT_PACING_BYTES;
    private long stallWarnMs = DEFAULT_STALL_WARN_MS;
    private long stallShedMs = DEFAULT_STALL_SHED_MS;
    private @Nullable String node;
    private @Nullable Boolean clustered;

    /** All defaults. */
    public CheckpointOptions() {}

    /**
     * A copy.
     *
     * @param other the options to copy
     */
    public CheckpointOptions(CheckpointOptions other) {
        this(other.toJson());
    }

    /**
     * From JSON; a missing key has its default. A number may also be text, as some configuration stores give it, and a size
     * may end in KiB, MiB or GiB.
     *
     * @param json the keys that are set
     * @throws IllegalArgumentException naming the key and its value if a key is unknown, has no value, or has one of the wrong type
     *     or range
     */
    public CheckpointOptions(JsonObject json) {
        RawSection given = new RawSection(SECTION, json, KEYS);
        setIntervalMs(given.number("interval_ms", MILLISECONDS, intervalMs));
        setIdleMs(given.number("idle_ms", IDLE_MILLISECONDS, idleMs));
        setMaxDelayMs(given.number("max_delay_ms", MILLISECONDS, maxDelayMs));
        setMaxDirtyBytes(given.number("max_dirty_bytes", DIRTY_BYTES, maxDirtyBytes));
        setMaxConcurrentFsyncs((int) given.number("max_concurrent_fsyncs", FSYNCS, maxConcurrentFsyncs));
        setPacingBytes((int) given.number("pacing_bytes", PACING, pacingBytes));
        setStallWarnMs(given.number("stall_warn_ms", MILLISECONDS, stallWarnMs));
        setStallShedMs(given.number("stall_shed_ms", MILLISECONDS, stallShedMs));
        String name = given.text("node", new ValueType.Name());
        if (name != null) {
            setNode(name);
        }
        clustered = given.flag("clustered");
    }

    /** @throws IllegalArgumentException if the options contradict each other */
    void requireConsistent() {
        if (isClustered() && getNode().isEmpty()) {
            throw new IllegalArgumentException(
                    "checkpoint.clustered is true, but checkpoint.node is not set: other nodes address this one by its name");
        }
    }

    /**
     * A copy for running checkpointers: {@code node} and {@code clustered}, which can't change while they run, are taken from
     * the options in force.
     *
     * @param running the options in force
     * @return the copy
     * @throws IllegalArgumentException naming the key and both values if these options set them differently
     */
    public CheckpointOptions whileRunning(CheckpointOptions running) {
        requireSame("node", running.getNode(), node);
        requireSame("clustered", running.isClustered(), clustered);
        CheckpointOptions copy = new CheckpointOptions(this);
        copy.node = running.node;
        copy.clustered = running.clustered;
        return copy;
    }

    private static void requireSame(String key, Object running, @Nullable Object asked) {
        if (asked != null && !asked.equals(running)) {
            throw new IllegalArgumentException("checkpoint." + key + " can't change while running: it is `" + running
                    + "`, asked for `" + asked + "`; deploy again to change it");
        }
    }

    private static long checked(String key, ValueType type, long value) {
        return RawSection.validate(SECTION + "." + key, type, value);
    }

    /** {@return JSON with every key; {@code node} and {@code clustered} only where they have been set} */
    public JsonObject toJson() {
        JsonObject json = new JsonObject()
                .put("interval_ms", intervalMs)
                .put("idle_ms", idleMs)
                .put("max_delay_ms", maxDelayMs)
                .put("max_dirty_bytes", maxDirtyBytes)
                .put("max_concurrent_fsyncs", maxConcurrentFsyncs)
                .put("pacing_bytes", pacingBytes)
                .put("stall_warn_ms", stallWarnMs)
                .put("stall_shed_ms", stallShedMs);
        if (node != null) {
            json.put("node", node);
        }
        return clustered == null ? json : json.put("clustered", clustered);
    }

    /** {@return how often a dirty shard is due, in milliseconds} */
    public long getIntervalMs() {
        return intervalMs;
    }

    /**
     * How often a dirty shard is due, in milliseconds, 10 ms to a day.
     *
     * @param intervalMs the new value
     * @return this
     */
    public CheckpointOptions setIntervalMs(long intervalMs) {
        this.intervalMs = checked("interval_ms", MILLISECONDS, intervalMs);
        return this;
    }

    /** {@return how long a due shard must have been idle, in milliseconds} */
    public long getIdleMs() {
        return idleMs;
    }

    /**
     * How long a due shard must have been idle before it is forced, in milliseconds, 0 to a day; 0 forces at the tick.
     *
     * @param idleMs the new value
     * @return this
     */
    public CheckpointOptions setIdleMs(long idleMs) {
        this.idleMs = checked("idle_ms", IDLE_MILLISECONDS, idleMs);
        return this;
    }

    /** {@return how old the oldest unsynced byte may get, in milliseconds} */
    public long getMaxDelayMs() {
        return maxDelayMs;
    }

    /**
     * How old the oldest unsynced byte may get under continuous writes before a generation is started, in milliseconds, 10 ms
     * to a day. It bounds what a restart replays.
     *
     * @param maxDelayMs the new value
     * @return this
     */
    public CheckpointOptions setMaxDelayMs(long maxDelayMs) {
        this.maxDelayMs = checked("max_delay_ms", MILLISECONDS, maxDelayMs);
        return this;
    }

    /** {@return how many unsynced bytes start a generation at once} */
    public long getMaxDirtyBytes() {
        return maxDirtyBytes;
    }

    /**
     * How many unsynced bytes of one shard start a generation without waiting for idleness, 4 KiB to 1 TiB.
     *
     * @param maxDirtyBytes the new value
     * @return this
     */
    public CheckpointOptions setMaxDirtyBytes(long maxDirtyBytes) {
        this.maxDirtyBytes = checked("max_dirty_bytes", DIRTY_BYTES, maxDirtyBytes);
        return this;
    }

    /** {@return how many generations may force at once} */
    public int getMaxConcurrentFsyncs() {
        return maxConcurrentFsyncs;
    }

    /**
     * How many generations of all stores on one Vert.x instance may force at once, 1 to 64, not counting those that hang. The
     * limit belongs to the instance: the latest deployment or reconfiguration of any store sets it.
     *
     * @param maxConcurrentFsyncs the new value
     * @return this
     */
    public CheckpointOptions setMaxConcurrentFsyncs(int maxConcurrentFsyncs) {
        this.maxConcurrentFsyncs = (int) checked("max_concurrent_fsyncs", FSYNCS, maxConcurrentFsyncs);
        return this;
    }

    /** {@return the size of the steps in which a large dirty range is written back before the force; 0 for no steps} */
    public int getPacingBytes() {
        return pacingBytes;
    }

    /**
     * Size of the steps in which a large dirty range is written back before the final force, in bytes, 64 KiB to 64 MiB, or
     * 0 to leave everything to the final force. A force of much data makes the log's fdatasync queue behind it; small steps
     * let it in between. The store implements this, see {@link CheckpointTarget#configured}.
     *
     * @param pacingBytes the new value
     * @return this
     */
    public CheckpointOptions setPacingBytes(int pacingBytes) {
        this.pacingBytes = (int) checked("pacing_bytes", PACING, pacingBytes);
        return this;
    }

    /** {@return after how long a running generation is reported, in milliseconds} */
    public long getStallWarnMs() {
        return stallWarnMs;
    }

    /**
     * After how long a generation that is still forcing is reported, in milliseconds, 10 ms to a day. By then it has lent its
     * permit and no longer counts for {@link #setMaxConcurrentFsyncs}; while other forces hang, it lends it sooner. A generation
     * that waits for a permit is reported when it has waited this long past its deadline.
     *
     * @param stallWarnMs the new value
     * @return this
     */
    public CheckpointOptions setStallWarnMs(long stallWarnMs) {
        this.stallWarnMs = checked("stall_warn_ms", MILLISECONDS, stallWarnMs);
        return this;
    }

    /** {@return after how long a running generation sheds the shard's writes, in milliseconds} */
    public long getStallShedMs() {
        return stallShedMs;
    }

    /**
     * After how long a generation that is still forcing makes the shard shed client writes, in milliseconds, 10 ms to a day.
     *
     * @param stallShedMs the new value
     * @return this
     */
    public CheckpointOptions setStallShedMs(long stallShedMs) {
        this.stallShedMs = checked("stall_shed_ms", MILLISECONDS, stallShedMs);
        return this;
    }

    /** {@return the name of this node, an empty string if it has none} */
    public String getNode() {
        return node == null ? DEFAULT_NODE : node;
    }

    /**
     * The name of this node, for events and for requests from other nodes: letters, digits, {@code _} and {@code -}; unique in
     * the cluster. It can't change while a checkpointer runs; options that don't set it keep it.
     *
     * @param node the name, or an empty string for none
     * @return this
     */
    public CheckpointOptions setNode(String node) {
        this.node = node.isEmpty() ? node : StoreName.checked("checkpoint.node", node);
        return this;
    }

    /** {@return whether other nodes of a cluster may request a sync} */
    public boolean isClustered() {
        return clustered != null ? clustered : DEFAULT_CLUSTERED;
    }

    /**
     * Whether other nodes of a cluster may request a sync under this node's name, see {@link CheckpointAddresses#sync(String,
     * String, int)}; needs {@link #setNode}. It can't change while a checkpointer runs.
     *
     * @param clustered whether they may
     * @return this
     */
    public CheckpointOptions setClustered(boolean clustered) {
        this.clustered = clustered;
        return this;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CheckpointOptions options && toJson().equals(options.toJson());
    }

    @Override
    public int hashCode() {
        return toJson().hashCode();
    }

    @Override
    public String toString() {
        return toJson().encode();
    }
}
