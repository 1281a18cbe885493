package io.tidemark.checkpoint;

/** A shard as the stress tests see it: a writer's index, the real counter, and a checkpointer that captures the index. */
class StressedShard {
    static final long BYTES = 128;

    final DirtyCounter dirty = new DirtyCounter(System::nanoTime);
    volatile long published;
    volatile boolean woken;
    long captured;

    /** A proven, clean shard. */
    StressedShard() {
        dirty.adopt(() -> woken = true);
        dirty.complete(0, dirty.begin());
    }

    /** What a writer does after its bytes are in the page cache. */
    final void write(long index) {
        published = index;
        dirty.mark(index, BYTES);
    }

    /** The same of an entry that changes nothing. */
    final void writeNothing(long index) {
        published = index;
        dirty.mark(index, 0);
    }

    /** One generation, whose force takes no time. */
    final void generation() {
        DirtyCounter.Start start = dirty.begin();
        captured = published;
        dirty.complete(captured, start);
    }

    /** One whose force fails. */
    final void failingGeneration() {
        dirty.begin();
        captured = published;
        dirty.fail();
    }

    /** Whether a reader would take for clean what is not: bytes marked before it looked, and not durable after. */
    final boolean falselyClean() {
        long marked = dirty.appendedIndex();
        boolean clean = !dirty.dirty();
        return clean && dirty.durableIndex() < marked;
    }
}
