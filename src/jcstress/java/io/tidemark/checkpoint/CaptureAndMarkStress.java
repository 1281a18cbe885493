package io.tidemark.checkpoint;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.openjdk.jcstress.infra.results.JZJ_Result;
import org.openjdk.jcstress.infra.results.ZZZ_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** A write and a whole generation at the same time: bytes that the generation did not capture must leave the shard dirty. */
public final class CaptureAndMarkStress {
    private CaptureAndMarkStress() {}

    /**
     * Dirty if the write was not captured, and the bytes go with it. One that was published before the capture and marked
     * after the generation's begin is forced once more, since it can't be distinguished from a second write of that index.
     */
    @JCStressTest
    @Outcome(id = "0, true, 128", expect = Expect.ACCEPTABLE, desc = "not captured, and dirty")
    @Outcome(id = "1, false, 0", expect = Expect.ACCEPTABLE, desc = "captured, and clean")
    @Outcome(id = "1, true, 128", expect = Expect.ACCEPTABLE_INTERESTING, desc = "captured, marked behind the begin")
    @Outcome(expect = Expect.FORBIDDEN, desc = "clean over bytes that were not captured, or dirty with other bytes")
    @State
    public static class DirtyUnlessCaptured extends StressedShard {
        /** The writer. */
        @Actor
        public void writer() {
            write(1);
        }

        /** The checkpointer. */
        @Actor
        public void checkpointer() {
            generation();
        }

        /** Afterwards. */
        @Arbiter
        public void after(JZJ_Result result) {
            result.r1 = captured;
            result.r2 = dirty.dirty();
            result.r3 = dirty.dirtyBytes();
        }
    }

    /** The same of a write that bears the index of the one before: its index is durable already, its bytes are not. */
    @JCStressTest
    @Outcome(id = "false, true, true", expect = Expect.ACCEPTABLE, desc = "not captured, dirty, and woken")
    @Outcome(id = "true, false, true", expect = Expect.ACCEPTABLE, desc = "captured, and clean")
    @Outcome(
            id = "true, true, true",
            expect = Expect.ACCEPTABLE_INTERESTING,
            desc = "captured, marked behind the begin")
    @Outcome(expect = Expect.FORBIDDEN, desc = "clean over bytes that were not captured, or no wake-up for them")
    @State
    public static class SameIndexDirtyUnlessCaptured extends StressedShard {
        private volatile long length;
        private long capturedLength;

        /** The first write of that index is durable. */
        public SameIndexDirtyUnlessCaptured() {
            write(1);
            generation();
            woken = false;
        }

        /** The writer. */
        @Actor
        public void writer() {
            length = BYTES;
            dirty.mark(1, BYTES);
        }

        /** The checkpointer. */
        @Actor
        public void checkpointer() {
            DirtyCounter.Start start = dirty.begin();
            capturedLength = length;
            dirty.complete(1, start);
        }

        /** Afterwards. */
        @Arbiter
        public void after(ZZZ_Result result) {
            result.r1 = capturedLength == BYTES;
            result.r2 = dirty.dirty();
            result.r3 = woken;
        }
    }

    /** A reader beside both never sees a durable index above what was captured. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "nothing captured, nothing durable")
    @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "captured later")
    @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "captured, durable")
    @Outcome(expect = Expect.FORBIDDEN, desc = "durable without having been captured")
    @State
    public static class DurableOnlyIfCaptured extends StressedShard {
        private long seen;

        /** The writer. */
        @Actor
        public void writer() {
            write(1);
        }

        /** The checkpointer. */
        @Actor
        public void checkpointer() {
            generation();
        }

        /** Another thread. */
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

    /** A write that a generation does not cover wakes the checkpointer for it. */
    @JCStressTest
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "dirty, and woken")
    @Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "woken, and captured after all")
    @Outcome(expect = Expect.FORBIDDEN, desc = "the first write of a clean shard went unnoticed")
    @State
    public static class FirstWriteWakes extends StressedShard {
        /** The writer. */
        @Actor
        public void writer() {
            write(1);
        }

        /** The checkpointer. */
        @Actor
        public void checkpointer() {
            generation();
        }

        /** Afterwards. */
        @Arbiter
        public void after(ZZ_Result result) {
            result.r1 = dirty.dirty();
            result.r2 = woken;
        }
    }

    /**
     * A later entry without bytes, in a generation that an earlier one has woken for already, while that generation ends. A
     * mark takes no fence, so that it costs a few nanoseconds; here both sides may miss each other, and the next tick or mark
     * finds it. (Bytes marked behind a generation's begin leave the shard dirty whatever it captured.)
     */
    @JCStressTest
    @Outcome(id = "true, true, true", expect = Expect.ACCEPTABLE, desc = "dirty, woken and seen")
    @Outcome(id = "true, true, false", expect = Expect.ACCEPTABLE, desc = "dirty, woken")
    @Outcome(id = "true, false, true", expect = Expect.ACCEPTABLE, desc = "dirty, seen by the generation's end")
    @Outcome(id = "true, false, false", expect = Expect.ACCEPTABLE_INTERESTING, desc = "dirty, for the next tick")
    @Outcome(expect = Expect.FORBIDDEN, desc = "clean over bytes that were not captured")
    @State
    public static class LaterWriteWhileAGenerationEnds extends StressedShard {
        private final DirtyCounter.Start start;
        private boolean seen;

        /** A generation is running that captured index 1, and a mark after its begin has woken. */
        public LaterWriteWhileAGenerationEnds() {
            start = dirty.begin();
            writeNothing(1);
            captured = published;
            woken = false;
        }

        /** The writer. */
        @Actor
        public void writer() {
            writeNothing(2);
        }

        /** The checkpointer. */
        @Actor
        public void checkpointer() {
            dirty.complete(captured, start);
            seen = dirty.dirty();
        }

        /** Afterwards. */
        @Arbiter
        public void after(ZZZ_Result result) {
            result.r1 = dirty.dirty();
            result.r2 = woken;
            result.r3 = seen;
        }
    }
}
