package io.tidemark.checkpoint;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZJ_Result;
import org.openjdk.jcstress.infra.results.ZZZ_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;
import org.openjdk.jcstress.infra.results.Z_Result;

/** For any reader at any time: bytes that are not durable are dirty, before, during and after a generation. */
public final class NeverFalselyCleanStress {
    private NeverFalselyCleanStress() {}

    /** The seed's own implementation was clean and not in flight for a moment after a failure. */
    @JCStressTest
    @Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "dirty, before or after")
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "dirty, and in flight")
    @Outcome(expect = Expect.FORBIDDEN, desc = "not dirty over bytes that no force has covered")
    @State
    public static class FailingGeneration extends StressedShard {
        /** A dirty shard. */
        public FailingGeneration() {
            write(1);
        }

        /** The checkpointer. */
        @Actor
        public void checkpointer() {
            failingGeneration();
        }

        /** Another thread. */
        @Actor
        public void reader(ZZ_Result result) {
            result.r1 = dirty.dirty();
            result.r2 = dirty.inFlight();
        }
    }

    /** Once it is clean, it is durable; until then it is dirty. */
    @JCStressTest
    @Outcome(id = "true, 0", expect = Expect.ACCEPTABLE, desc = "dirty, not durable")
    @Outcome(id = "true, 1", expect = Expect.ACCEPTABLE, desc = "dirty, durable at the second read")
    @Outcome(id = "false, 1", expect = Expect.ACCEPTABLE, desc = "clean, durable")
    @Outcome(expect = Expect.FORBIDDEN, desc = "clean before it was durable")
    @State
    public static class SucceedingGeneration extends StressedShard {
        /** A dirty shard. */
        public SucceedingGeneration() {
            write(1);
        }

        /** The checkpointer. */
        @Actor
        public void checkpointer() {
            generation();
        }

        /** Another thread. */
        @Actor
        public void reader(ZJ_Result result) {
            result.r1 = dirty.dirty();
            result.r2 = dirty.durableIndex();
        }
    }

    /** In flight is taken away only once the shard is durable. */
    @JCStressTest
    @Outcome(id = "true, true, false", expect = Expect.ACCEPTABLE, desc = "in flight and dirty")
    @Outcome(id = "true, true, true", expect = Expect.ACCEPTABLE, desc = "in flight and dirty, then durable")
    @Outcome(id = "true, false, true", expect = Expect.ACCEPTABLE, desc = "in flight, then durable")
    @Outcome(id = "false, false, true", expect = Expect.ACCEPTABLE, desc = "ended and durable")
    @Outcome(expect = Expect.FORBIDDEN, desc = "neither in flight nor dirty, and not durable")
    @State
    public static class EndOfGeneration extends StressedShard {
        private final DirtyCounter.Start start;

        /** A generation is running. */
        public EndOfGeneration() {
            write(1);
            start = dirty.begin();
            captured = published;
        }

        /** The checkpointer. */
        @Actor
        public void checkpointer() {
            dirty.complete(captured, start);
        }

        /** Another thread. */
        @Actor
        public void reader(ZZZ_Result result) {
            result.r1 = dirty.inFlight();
            result.r2 = dirty.dirty();
            result.r3 = dirty.durableIndex() == 1;
        }
    }

    /** All at once: a writer, a generation that fails, one that succeeds, and a reader. */
    @JCStressTest
    @Outcome(id = "false", expect = Expect.ACCEPTABLE, desc = "never clean over what was not durable")
    @Outcome(expect = Expect.FORBIDDEN, desc = "clean over bytes that are not durable")
    @State
    public static class WriterCheckpointerReader extends StressedShard {
        private boolean falselyClean;

        /** The writer. */
        @Actor
        public void writer() {
            write(1);
            write(2);
        }

        /** The checkpointer. */
        @Actor
        public void checkpointer() {
            generation();
            failingGeneration();
            generation();
        }

        /** Another thread. */
        @Actor
        public void reader() {
            falselyClean = falselyClean();
        }

        /** Afterwards, a read while idle, too. */
        @Arbiter
        public void after(Z_Result result) {
            result.r1 = falselyClean || falselyClean();
        }
    }

    /** The same for two processors: the writer reads as well. */
    @JCStressTest
    @Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "never clean over what was not durable")
    @Outcome(expect = Expect.FORBIDDEN, desc = "clean over bytes that are not durable")
    @State
    public static class WriterLooks extends StressedShard {
        /** The writer. */
        @Actor
        public void writer(ZZ_Result result) {
            write(1);
            result.r1 = falselyClean();
            write(2);
            result.r2 = falselyClean();
        }

        /** The checkpointer. */
        @Actor
        public void checkpointer() {
            generation();
            failingGeneration();
            generation();
        }
    }

    /** A checkpointer takes a shard over while it is written. */
    @JCStressTest
    @Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "dirty until proven")
    @Outcome(expect = Expect.FORBIDDEN, desc = "a new checkpointer believed the old one")
    @State
    public static class TakenOver extends StressedShard {
        /** The writer. */
        @Actor
        public void writer() {
            write(1);
        }

        /** The new checkpointer. */
        @Actor
        public void checkpointer() {
            dirty.adopt(() -> woken = true);
        }

        /** Afterwards. */
        @Arbiter
        public void after(ZZ_Result result) {
            result.r1 = dirty.dirty();
            result.r2 = dirty.inFlight();
        }
    }
}
