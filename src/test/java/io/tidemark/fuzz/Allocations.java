package io.tidemark.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/** How much memory decoding takes: what is announced must not be allocated before it has arrived. */
public final class Allocations {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final BufferPoolMXBean DIRECT = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .findFirst()
            .orElseThrow();

    private Allocations() {}

    /** Something that may allocate. */
    @FunctionalInterface
    public interface Work<E extends Exception> {
        /** Does it. */
        void run() throws E;
    }

    /**
     * Does it, and fails if it took more than this, on the heap in all and of direct memory at its end. If it seems to it is
     * done again, for the first time loads classes too.
     */
    public static <E extends Exception> void atMost(long bytes, Work<E> work) throws E {
        long took = took(work);
        for (int i = 0; i < 3 && took > bytes; i++) {
            took = took(work);
        }
        if (took > bytes) {
            throw new AssertionError("took " + took + " bytes of memory, expected at most " + bytes);
        }
    }

    private static <E extends Exception> long took(Work<E> work) throws E {
        long direct = DIRECT.getTotalCapacity();
        long heap = THREADS.getCurrentThreadAllocatedBytes();
        work.run();
        return THREADS.getCurrentThreadAllocatedBytes() - heap + DIRECT.getTotalCapacity() - direct;
    }
}
