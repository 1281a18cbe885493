package io.tidemark.checkpoint;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.openjdk.jcstress.infra.results.ZJ_Result;

/**
 * A write and a whole generation at the same time: bytes that the generation did not capture must leave the shard dirty, and
 * the writer must have woken the checkpointer for them.
 */
public final class CaptureAndMarkStress {
    private CaptureAndMarkStress() {}

    /** Shared by both tests. */
    static class Shard {
        final DirtyCounter dirty = new DirtyCounter(System::nanoTime);
        volatile long published;
        volatile int wakes;
        long captured;

        Shard() {
            dirty.adopt(() -> wakes = 1);
            dirty.complete(0, dirty.begin());
        }

        void write() {
            published = 1;
            dirty.mark(1, 128);
        }

        void generation() {
            DirtyCounter.Start start = dirty.begin();
            captured = published;
            dirty.complete(captured, start);
        }
    }

    /** Dirty exactly if the write was not captured. */
    @JCStressTest
    @Outcome(id = "true, 0", expect = Expect.ACCEPTABLE, desc = "not captured, and dirty")
    @Outcome(id = "false, 1", expect = Expect.ACCEPTABLE, desc = "captured, and clean")
    @Outcome(expect = Expect.FORBIDDEN, desc = "clean over bytes that nobody captured, or dirty for ever")
    @State
    public static class DirtyUnlessCaptured extends Shard {
        /** The writer. */
        @Actor
        public void writer() {
            write();
        }

        /** The checkpointer. */
        @Actor
        public void checkpointer() {
            generation();
        }

        /** Afterwards. */
        @Arbiter
        public void after(ZJ_Result result) {
            result.r1 = dirty.dirty();
            result.r2 = captured;
        }
    }

    /** A reader beside both never sees a durable index above what was captured. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "nothing captured, nothing durable")
    @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "captured later")
    @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "captured, durable")
    @Outcome(expect = Expect.FORBIDDEN, desc = "durable without having been captured")
    @State
    public static class DurableOnlyIfCaptured extends Shard {
        private long seen;

        /** The writer. */
        @Actor
        public void writer() {
            write();
        }

        /** The checkpointer. */
        @Actor
        public void checkpointer() {
            generation();
        }

        /** Somebody else. */
        @Actor
        public void reader() {
            seen = Math.max(0, dirty.durableIndex());
        }

        /** Afterwards. */
        @Arbiter
        public void after(JJ_Result result) {
            result.r1 = seen;
            result.r2 = captured;
        }
    }
}
