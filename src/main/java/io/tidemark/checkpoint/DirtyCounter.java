package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureState;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far one shard's data files have been appended, and how far they are durable. One per store and shard on a Vert.x
 * instance, for as long as this library's class loader lives; look it up once. While its shard has a checkpointer, it is in the
 * instance's shared data, in the local map {@code tidemark.dirty-counters}.
 *
 * <p>It holds positions, not a flag: <em>dirty</em> means appended &gt; durable, by the index or by the bytes, and a
 * generation publishes as durable what it captured before its first force. So no flag can be cleared at the wrong moment, and a
 * write during a force stays dirty.
 *
 * <p>The index alone would not suffice: several writes may have the same index, and a capture may include only the first of
 * them. So a successful generation covers the bytes that had been marked when it <em>began</em>, before its capture. Bytes that
 * were published before the capture but marked after the beginning are durable, yet still count as dirty: they can't be
 * distinguished, and one more generation costs less than a clean shard with unsynced bytes.
 *
 * <p>Threads: {@link #mark} belongs to the shard's one writer (one thread at a time, hand-over with a happens-before); the
 * package-private methods to the checkpointer's event loop; everything else may be called on any thread.
 *
 * @since 0.1
 */
public final class DirtyCounter implements Shareable {
    private static final String MAP = "tidemark.dirty-counters";
    private static final PerVertx<Map<String, DirtyCounter>> ALL = new PerVertx<>(ConcurrentHashMap::new);
    private static final int MAX_ORPHANS = 3;
    private static final VarHandle APPENDED_INDEX;
    private static final VarHandle APPENDED_BYTES;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            APPENDED_INDEX = lookup.findVarHandle(DirtyCounter.class, "appendedIndex", long.class);
            APPENDED_BYTES = lookup.findVarHandle(DirtyCounter.class, "appendedBytes", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(DirtyCounter.class);

    private final String name;
    private final LongSupplier nanoTime;

    // written by the writer
    private volatile long appendedIndex;
    private volatile long appendedBytes;
    private volatile long stampNanos;
    private int stampedEpoch = -1;
    private long announcedLimit = Long.MAX_VALUE;

    // written by the checkpointer
    private int epochs;
    private volatile int epoch;
    private volatile long durableIndex = -1;
    private volatile long durableBytes;
    private volatile long limitBytes = Long.MAX_VALUE;
    private volatile boolean unproven = true;
    private volatile boolean inFlight;
    private volatile boolean withdrawn;
    private volatile long withdrawnNanos;
    private volatile PressureState pressure = PressureState.NORMAL;
    private volatile @Nullable Runnable wake;

    DirtyCounter(LongSupplier nanoTime) {
        this("a shard", nanoTime);
    }

    /** @param name for the log, "store orders shard 3" */
    DirtyCounter(String name, LongSupplier nanoTime) {
        this.name = name;
        this.nanoTime = nanoTime;
    }

    /**
     * {@return the counter of a shard: the same object for all callers on this Vert.x instance, before, during and after the
     * deployment of its checkpointer} Any thread.
     *
     * <p>Name, number and instance must be those of the deployment: marks on another counter don't wake this shard's
     * checkpointer. It finds what was applied but not marked by {@link CheckpointTarget#capture} at its ticks, at a sync and at
     * a stop, forces it, and logs that.
     *
     * @param vertx the Vert.x instance
     * @param store see {@link Checkpointers#deploy}
     * @param shard 0 or more
     * @throws IllegalArgumentException if either is invalid
     */
    public static DirtyCounter of(Vertx vertx, String store, int shard) {
        Objects.requireNonNull(vertx, "vertx");
        StoreName.checked(store);
        StoreName.checkedShard(store, shard);
        String name = "store " + store + " shard " + shard;
        return shared(vertx).get(name) instanceof DirtyCounter deployed
                ? deployed
                : ALL.of(vertx).computeIfAbsent(name, unknown -> new DirtyCounter(name, Clocks.SYSTEM.nanoTime()));
    }

    /** Values are {@code Object}s: a counter of another class loader is not a {@code DirtyCounter} here. */
    private static LocalMap<String, Object> shared(Vertx vertx) {
        return vertx.sharedData().getLocalMap(MAP);
    }

    /** The shard has a checkpointer from now on. */
    void share(Vertx vertx) {
        shared(vertx).put(name, this);
    }

    /** The shard has no checkpointer any more: shared data would outlive this library's class loader. */
    void unshare(Vertx vertx) {
        shared(vertx).removeIfPresent(name, this);
    }

    /**
     * Names of a few counters that were marked but never had a checkpointer: missing marks may have been made there. All Vert.x
     * instances, any thread.
     */
    static List<String> orphans() {
        return ALL.values().stream()
                .flatMap(counters -> counters.values().stream())
                .filter(counter -> counter.wake == null && counter.appendedBytes > 0)
                .map(counter -> counter.name)
                .limit(MAX_ORPHANS)
                .toList();
    }

    /**
     * Records that bytes have been appended to the page cache. Called by the shard's one writer: after the write has returned and
     * has been published to {@link CheckpointTarget#capture}, before the client is answered. Costs a few nanoseconds; takes no
     * lock and no fence, so a mark that races with the end of a generation may leave the checkpointer asleep until the next mark
     * or tick.
     *
     * @param index the log index that the bytes belong to; not smaller than that of the previous mark
     * @param bytes how many bytes, 0 or more; 0 with the same index changes nothing
     */
    public void mark(long index, long bytes) {
        long before = (long) APPENDED_INDEX.get(this);
        long bytesBefore = (long) APPENDED_BYTES.get(this);
        long total = bytesBefore + bytes;
        APPENDED_BYTES.setRelease(this, total);
        APPENDED_INDEX.setRelease(this, index);
        int current = epoch;
        if (current != stampedEpoch || (before <= durableIndex && bytesBefore <= durableBytes)) {
            stampedEpoch = current;
            stampNanos = nanoTime.getAsLong();
            wake();
        }
        long limit = limitBytes;
        if (total >= limit && limit != announcedLimit) {
            announcedLimit = limit;
            wake();
        }
    }

    /**
     * {@return whether client writes should be refused now, before they enter the log} One volatile read; any thread.
     */
    public boolean shedding() {
        return pressure.level().sheds();
    }

    /** {@return the shard's pressure: its level, and every reason} One volatile read. */
    public PressureState pressure() {
        return pressure;
    }

    /**
     * {@return whether there may be bytes that are not durable, as far as marks and the checkpointer show; true until a first
     * generation has succeeded} Any thread.
     */
    public boolean dirty() {
        return unproven || appendedIndex > durableIndex || appendedBytes > durableBytes;
    }

    /** Whether no generation has succeeded since the start, the last failure, or {@link #markUnproven}. */
    boolean unproven() {
        return unproven;
    }

    /** {@return whether a generation is running} Any thread. */
    public boolean inFlight() {
        return inFlight;
    }

    /** {@return the last index marked} Any thread. */
    public long appendedIndex() {
        return appendedIndex;
    }

    /**
     * {@return the durable index as known since the checkpointer's start; -1 before its first generation} Any thread.
     */
    public long durableIndex() {
        return durableIndex;
    }

    /** {@return bytes marked and not known durable; 0 when clean} Any thread. */
    public long dirtyBytes() {
        return Math.max(0, appendedBytes - durableBytes);
    }

    /** Bytes marked in all. Any thread. */
    long appendedBytes() {
        return appendedBytes;
    }

    private void wake() {
        Runnable listener = wake;
        if (listener != null) {
            listener.run();
        }
    }

    private void nextEpoch() {
        epochs++;
        epoch = epochs;
    }

    /** The counter just before a capture. */
    record Start(long appendedIndex, long appendedBytes, long oldestNanos) {}

    /**
     * A checkpointer starts: nothing is known to be durable.
     *
     * @param onFirstMark called on the writer's thread at the first mark after the shard was clean or captured, and when
     *     the limit of dirty bytes is reached; must return at once
     */
    void adopt(Runnable onFirstMark) {
        unproven = true;
        durableIndex = -1;
        inFlight = false;
        withdrawn = false;
        pressure = PressureState.NORMAL;
        nextEpoch();
        wake = onFirstMark;
    }

    /**
     * Forgets marks of an earlier store of this name that had applied more than this one has recovered: nothing would ever make
     * them durable. A concurrent mark wins.
     *
     * @param appliedIndex what the store has applied; read after the last mark, so that a writer that publishes before it marks
     *     is never behind
     */
    void forgetBeyond(LongSupplier appliedIndex) {
        long marked = appendedIndex;
        long applied = appliedIndex.getAsLong();
        if (marked > applied) {
            APPENDED_INDEX.compareAndSet(this, marked, applied);
        }
    }

    /** The checkpointer has stopped. Marks are still counted; the first one is logged, since nothing will force its bytes. */
    void abandon() {
        AtomicBoolean logged = new AtomicBoolean();
        wake = () -> {
            if (logged.compareAndSet(false, true)) {
                LOG.warn(
                        "{}: index {} was marked after the checkpointer had stopped: nothing forces it until another one is"
                                + " deployed. Stop the writer in CheckpointTarget.drain()",
                        name,
                        appendedIndex);
            }
        };
        limitBytes = Long.MAX_VALUE;
        nextEpoch(); // so that the next mark runs this
    }

    /** Something was applied but not marked: the shard is dirty until a generation has succeeded. */
    void markUnproven() {
        unproven = true;
    }

    /** Wakes the checkpointer once this many bytes are unsynced. */
    void limit(long dirtyBytes) {
        limitBytes = durableBytes + dirtyBytes;
    }

    /**
     * A generation begins; called before the capture. Marks that follow get a new stamp: what was published before is in the
     * capture, what is published later is not, and a mark in between is stamped too early, never too late.
     */
    Start begin() {
        inFlight = true;
        Start start = new Start(appendedIndex, appendedBytes, oldestNanos());
        nextEpoch();
        return start;
    }

    /**
     * The capture is durable: everything up to its index, and every byte marked before the generation began. Readers read the
     * appended position before the durable one, so that a shard seen clean was clean at that moment.
     */
    void complete(long index, Start start) {
        if (index > durableIndex) {
            durableIndex = index;
        }
        durableBytes = start.appendedBytes();
        withdrawn = false;
        unproven = false;
        inFlight = false;
    }

    /** The generation failed: sets dirty before it clears in flight. */
    void fail() {
        unproven = true;
        inFlight = false;
    }

    /**
     * The generation could not be scheduled or was postponed. Marks since it began have a new stamp, but the bytes before them
     * are still not durable, and as old as they were.
     */
    void withdraw(Start start) {
        withdrawnNanos = start.oldestNanos();
        withdrawn = true;
        inFlight = false;
    }

    void pressure(PressureState now) {
        pressure = now;
    }

    /** When the oldest byte that no running generation has captured was written; on the counter's clock. Any thread. */
    long oldestNanos() {
        return withdrawn ? withdrawnNanos : stampNanos;
    }
}
