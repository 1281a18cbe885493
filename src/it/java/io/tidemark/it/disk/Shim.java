package io.tidemark.it.disk;

import io.tidemark.it.Faults;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Storage faults on order in other processes, by the library {@code src/it/c/shim.c}, which they preload. Orders are given
 * and lifted while a process runs and hold at once; counts are exact and shared by all processes of the shim.
 *
 * <pre>{@code
 * Shim shim = Shim.in(temporaryDirectory);
 * try (NodeProcess node = NodeProcess.in(data).shim(shim).start()) {
 *     Shim.Order hung = shim.on("*shard-0001/data/*.data", Call.FDATASYNC).hang();
 *     hung.awaitHeld(1, Duration.ofSeconds(5));
 *     hung.lift();
 *     shim.on("*.log", Call.FDATASYNC).skip(10).times(1).error(Errno.EIO);
 * }
 * }</pre>
 *
 * <p>An injected error skips the call: it tests what a program does about an error, not what the disk has lost by it; for that
 * there is {@link ThinStore}. Methods may be called from any thread.
 */
public final class Shim {
    /** Set in the environment of a process, it has errors named in another language than English: {@code Fehler <28>}. */
    public static final String OTHER_LANGUAGE = "FAULT_SHIM_LANGUAGE";

    private static final long MAGIC = 0x314d494853544f53L;
    private static final int ORDERS = 256;
    private static final int HEADER = 64;
    private static final int ORDER = 512;
    private static final int GLOB = 128;
    private static final int MAX_GLOB_BYTES = ORDER - GLOB - 1;
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private static @Nullable Path compiled;

    private final Path library;
    private final Path table;
    private final MappedByteBuffer memory;
    private long nextId = 1;

    /** What can be struck, by the shim's numbers. */
    public enum Call {
        /** {@code FileChannel.force(true)}, also of a directory. */
        FSYNC(0),
        /** {@code FileChannel.force(false)}. */
        FDATASYNC(1),
        /** {@code MappedByteBuffer.force}. */
        MSYNC(2),
        /** A write at the file's own position; sockets and standard output have no path that a sane glob matches. */
        WRITE(3),
        /** {@code FileChannel.write(buffer, position)}. */
        PWRITE(4),
        /** {@code FileChannel.read(buffer, position)}. */
        PREAD(5),
        /** {@code FileChannel.truncate}. */
        FTRUNCATE(6),
        /** Opening with leave to make the file. */
        CREATE(7),
        /** {@code Files.move}; the path is the new name. */
        RENAME(8),
        /** {@code Files.delete} of a file. */
        UNLINK(9);

        private final int number;

        Call(int number) {
            this.number = number;
        }
    }

    /** Errors, by Linux' numbers. */
    public enum Errno {
        /** Input/output error. */
        EIO(5),
        /** Too many open files. */
        EMFILE(24),
        /** No space left on device. */
        ENOSPC(28),
        /** Read-only file system. */
        EROFS(30),
        /** Disk quota exceeded. */
        EDQUOT(122);

        private final int number;

        Errno(int number) {
            this.number = number;
        }
    }

    private enum Effect {
        ERROR(0),
        SHORT(1),
        DELAY(2),
        HANG(3);

        private final int number;

        Effect(int number) {
            this.number = number;
        }
    }

    private Shim(Path library, Path table, MappedByteBuffer memory) {
        this.library = library;
        this.table = table;
        this.memory = memory;
    }

    /**
     * Makes an empty table of orders beside the library, which is compiled if need be; skips the test if there is no compiler.
     *
     * @param directory where the table goes; on no file system that the test does harm to
     * @throws IOException also if the compiler complains
     */
    public static Shim in(Path directory) throws IOException {
        Faults.requireProgram("gcc");
        Files.createDirectories(directory);
        Path library = library();
        Path table = directory.resolve("shim.orders").toAbsolutePath();
        try (FileChannel channel = FileChannel.open(
                table, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, HEADER + (long) ORDERS * ORDER);
            memory.order(ByteOrder.nativeOrder()).putLong(0, MAGIC);
            return new Shim(library, table, memory);
        }
    }

    /** Compiled once in this JVM, and gone with it. */
    private static synchronized Path library() throws IOException {
        if (compiled == null) {
            Path directory = Files.createTempDirectory("tidemark-shim");
            Path library = directory.resolve("shim.so").toAbsolutePath();
            directory.toFile().deleteOnExit(); // behind what is in it
            library.toFile().deleteOnExit();
            Path source = Path.of(System.getProperty("tidemark.basedir", "."), "src/it/c/shim.c");
            Program.run("gcc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", library, source);
            compiled = library;
        }
        return compiled;
    }

    /** What a process needs in its environment. */
    public Map<String, String> environment() {
        return Map.of("LD_PRELOAD", library.toString(), "FAULT_SHIM_ORDERS", table.toString());
    }

    /** How many processes have loaded the library so far. */
    public long processes() {
        return (long) LONG.getVolatile(memory, 16);
    }

    /**
     * Begins an order.
     *
     * @param glob of absolute paths, as of {@code fnmatch(3)}: {@code *} matches slashes, too; at most 383 bytes
     */
    public Draft on(String glob, Call first, Call... more) {
        return new Draft(glob, EnumSet.of(first, more), 0, 0);
    }

    /** Lifts every order: held calls continue, no further call is affected. */
    public synchronized void clear() {
        for (int slot = 0; slot < ORDERS; slot++) {
            LONG.setVolatile(memory, at(slot), 0L);
        }
        arm();
    }

    private static int at(int slot) {
        return HEADER + slot * ORDER;
    }

    private synchronized Order give(Draft draft, Effect effect, long value) {
        byte[] glob = draft.glob.getBytes(StandardCharsets.UTF_8);
        if (glob.length > MAX_GLOB_BYTES) {
            throw new IllegalArgumentException(glob.length + " bytes of glob, at most " + MAX_GLOB_BYTES);
        }
        long id = nextId++;
        int slot = free((int) (id % ORDERS));
        int at = at(slot);
        memory.put(at + 8, new byte[ORDER - 8]);
        memory.putLong(at + 8, draft.calls.stream().mapToLong(Shim::bit).sum());
        memory.putLong(at + 16, effect.number);
        memory.putLong(at + 24, value);
        memory.putLong(at + 32, draft.skip);
        memory.putLong(at + 40, draft.times);
        memory.put(at + GLOB, glob);
        LONG.setVolatile(memory, at, id);
        arm();
        return new Order(this, at, id, draft.toString() + " " + effect + " " + value);
    }

    /** Slots are taken in a circle: a thread still in the judgement of a lifted order meets no new one in its place. */
    private int free(int from) {
        for (int i = 0; i < ORDERS; i++) {
            int slot = (from + i) % ORDERS;
            if ((long) LONG.getVolatile(memory, at(slot)) == 0) {
                return slot;
            }
        }
        throw new IllegalStateException("more than " + ORDERS + " orders at once");
    }

    private void arm() {
        long armed = 0;
        for (int slot = 0; slot < ORDERS; slot++) {
            if ((long) LONG.getVolatile(memory, at(slot)) != 0) {
                armed |= memory.getLong(at(slot) + 8);
            }
        }
        LONG.setVolatile(memory, 8, armed);
    }

    private synchronized void lift(int at, long id) {
        if ((long) LONG.getVolatile(memory, at) == id) {
            LONG.setVolatile(memory, at, 0L);
            arm();
        }
    }

    private static long bit(Call call) {
        return 1L << call.number;
    }

    /** An order that still lacks its effect; the methods that name one give the order. Unlimited unless {@link #times}. */
    public final class Draft {
        private final String glob;
        private final Set<Call> calls;
        private final long skip;
        private final long times;

        private Draft(String glob, Set<Call> calls, long skip, long times) {
            this.glob = glob;
            this.calls = calls;
            this.skip = skip;
            this.times = times;
        }

        /** Lets so many matching calls pass first. */
        public Draft skip(long calls) {
            return new Draft(glob, this.calls, calls, times);
        }

        /** Strikes so many calls and no more. */
        public Draft times(long calls) {
            return new Draft(glob, this.calls, skip, calls);
        }

        /** The call is not made and fails. */
        public Order error(Errno errno) {
            return give(this, Effect.ERROR, errno.number);
        }

        /** A write or read is made of so many bytes at most. */
        public Order shorten(long bytes) {
            return give(this, Effect.SHORT, bytes);
        }

        /** The call is made later; lifting the order ends the wait. */
        public Order delay(Duration time) {
            return give(this, Effect.DELAY, time.toMillis());
        }

        /** The call is made when the order is lifted. */
        public Order hang() {
            return give(this, Effect.HANG, 0);
        }

        @Override
        public String toString() {
            return List.copyOf(calls) + " on " + glob;
        }
    }

    /** An order that has been given. Its counts stay readable after it was lifted, until 256 more have been given. */
    public static final class Order implements AutoCloseable {
        private final Shim shim;
        private final int at;
        private final long id;
        private final String text;

        private Order(Shim shim, int at, long id, String text) {
            this.shim = shim;
            this.at = at;
            this.id = id;
            this.text = text;
        }

        /** Matching calls so far, those let pass included. */
        public long seen() {
            return count(48);
        }

        /** Calls struck so far; one that is held counts from its beginning. */
        public long strikes() {
            return count(56);
        }

        /** Calls held at this moment. */
        public long held() {
            return count(64);
        }

        /** Waits until so many calls are held at once; fails after the limit. */
        public void awaitHeld(long calls, Duration limit) {
            await(calls, limit, 64, "held");
        }

        /** Waits until so many calls have been struck; fails after the limit. */
        public void awaitStrikes(long calls, Duration limit) {
            await(calls, limit, 56, "struck");
        }

        /** Ends it. Held calls continue within some milliseconds. */
        public void lift() {
            shim.lift(at, id);
        }

        /** As {@link #lift}. */
        @Override
        public void close() {
            lift();
        }

        @Override
        public String toString() {
            return text;
        }

        private long count(int offset) {
            return (long) LONG.getVolatile((ByteBuffer) shim.memory, at + offset);
        }

        private void await(long calls, Duration limit, int offset, String what) {
            long deadlineNanos = System.nanoTime() + limit.toNanos();
            while (count(offset) < calls) {
                if (System.nanoTime() - deadlineNanos > 0) {
                    throw new AssertionError(
                            this + ": " + count(offset) + " calls " + what + " after " + limit + ", expected " + calls);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        }
    }
}
