package io.tidemark.disk;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.annotation.CheckReturnValue;
import org.jspecify.annotations.Nullable;

/**
 * The faults of one {@link FaultyDisk}, ordered like this:
 *
 * <pre>{@code
 * disk.faults().failForce("*.data").times(1);
 * disk.faults().shortWrite("**").withProbability(0.1);
 * disk.faults().failWrite("*.log").after(3).saying(Faults.NO_SPACE).times(2);
 * disk.faults().before(Operation.FORCE, "*.data", path -> awaitUninterruptibly(latch)); // a hanging disk
 * disk.faults().limitBytes(1 << 20);                                                    // a full one
 * }</pre>
 *
 * Globs are those of {@link PathGlob}. Where several orders match an operation, the oldest that strikes wins.
 * Thread-safe.
 */
public final class Faults {
    /** What Java says for {@code EIO}. */
    public static final String IO_ERROR = "Input/output error";
    /** What Java says for {@code ENOSPC}. */
    public static final String NO_SPACE = "No space left on device";
    /** What Java says for {@code EMFILE}. */
    public static final String NO_DESCRIPTORS = "Too many open files";

    /** Code of a test that runs in the calling thread before an operation takes effect. */
    @FunctionalInterface
    public interface Hook {
        /** May block: no lock of the disk is held. */
        void run(Path path);
    }

    private record Delay(Operation operation, PathGlob paths, Hook hook) {}

    private final Random random;
    private final List<FaultOrder> orders = new ArrayList<>();
    private final List<Delay> delays = new ArrayList<>();
    private long limitBytes = Long.MAX_VALUE;

    Faults(long seed) {
        this.random = new Random(seed);
    }

    /**
     * A failing {@link DiskFile#force}: throws, drops the unforced pages for good while readers still see them, and
     * the next force says OK, as on Linux.
     */
    @CheckReturnValue
    public FaultOrder.Draft failForce(String glob) {
        return fail(Operation.FORCE, glob);
    }

    /**
     * A failing {@link FileRange#force}: throws, drops the range's unforced pages for good; later ranges of the same
     * mapping say OK, and every descriptor open at the time, the writing one too, hears of it once.
     */
    @CheckReturnValue
    public FaultOrder.Draft failRange(String glob) {
        return fail(Operation.FORCE_RANGE, glob);
    }

    /** A write that takes nothing and throws. */
    @CheckReturnValue
    public FaultOrder.Draft failWrite(String glob) {
        return fail(Operation.WRITE, glob);
    }

    /** A write of more than one byte that takes only some of them. */
    @CheckReturnValue
    public FaultOrder.Draft shortWrite(String glob) {
        return new FaultOrder.Draft(this, Operation.WRITE, PathGlob.of(glob), FaultOrder.Effect.SHORT);
    }

    /** A rename that throws and changes nothing; the glob is held against both names. */
    @CheckReturnValue
    public FaultOrder.Draft failRename(String glob) {
        return fail(Operation.RENAME, glob);
    }

    /** A failing {@link Disk#forceDirectory}: throws, and the names stay as uncertain as they were. */
    @CheckReturnValue
    public FaultOrder.Draft failForceDirectory(String glob) {
        return fail(Operation.FORCE_DIRECTORY, glob);
    }

    /**
     * The same on a file system that reports it once and goes on, as ext2, ext4 without its journal, or some over a network
     * may: the changes of names that it was to make durable are dropped for good. Everybody still sees them, the next force
     * of the directory says OK, and a power cut takes them back. Only changing the same names again helps.
     */
    @CheckReturnValue
    public FaultOrder.Draft loseNames(String glob) {
        return new FaultOrder.Draft(this, Operation.FORCE_DIRECTORY, PathGlob.of(glob), FaultOrder.Effect.LOSE_NAMES);
    }

    /** A create that throws and makes nothing. */
    @CheckReturnValue
    public FaultOrder.Draft failCreate(String glob) {
        return fail(Operation.CREATE, glob);
    }

    /** Any other operation that throws and changes nothing. */
    @CheckReturnValue
    public FaultOrder.Draft fail(Operation operation, String glob) {
        if (operation == Operation.EXISTS) {
            throw new IllegalArgumentException("EXISTS cannot fail: Disk.exists declares no exception");
        }
        return new FaultOrder.Draft(this, operation, PathGlob.of(glob), FaultOrder.Effect.FAIL);
    }

    /**
     * Runs a hook in the calling thread before each matching operation takes effect, without the disk's lock: block in
     * it for a hang, advance a virtual clock for a delay. Whether a {@link #fail} order strikes is decided after it.
     * What is written to a file while its force hangs is not made durable by that force.
     */
    public synchronized void before(Operation operation, String glob, Hook hook) {
        delays.add(new Delay(operation, PathGlob.of(glob), hook));
    }

    /**
     * Bounds the sum of all file lengths (holes count, deleted files count while open). A write that would pass it
     * first takes what fits, then the next one throws {@value #NO_SPACE}.
     */
    public synchronized void limitBytes(long bytes) {
        limitBytes = bytes;
    }

    /** Cancels all orders, hooks and the limit. */
    public synchronized void clear() {
        orders.clear();
        delays.clear();
        limitBytes = Long.MAX_VALUE;
    }

    synchronized long limitBytes() {
        return limitBytes;
    }

    synchronized FaultOrder place(FaultOrder order) {
        orders.add(order);
        return order;
    }

    /** The order that strikes this operation, or null. */
    synchronized @Nullable FaultOrder strike(Operation operation, Path path, @Nullable Path target) {
        for (FaultOrder order : orders) {
            if (order.strikes(operation, path, target, random)) {
                return order;
            }
        }
        return null;
    }

    /** How many of {@code bytes} a short write takes: at least 1, fewer than all where there are two. */
    synchronized int shorten(int bytes) {
        return bytes < 2 ? bytes : 1 + random.nextInt(bytes - 1);
    }

    void runHooks(Operation operation, Path path) {
        List<Delay> due;
        synchronized (this) {
            if (delays.isEmpty()) {
                return;
            }
            due = delays.stream()
                    .filter(each ->
                            each.operation() == operation && each.paths().matches(path))
                    .toList();
        }
        due.forEach(each -> each.hook().run(path));
    }
}
