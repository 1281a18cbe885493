package io.tidemark.checkpoint;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a dirty mark adds to a write, on one thread, beside the cheapest thing it could be: a plain add. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class DirtyMarkBenchmark {
    private final DirtyCounter dirty = new DirtyCounter(System::nanoTime);
    private long index;
    private long plain;

    /** One mark. */
    @Benchmark
    public void mark() {
        dirty.mark(++index, 128);
    }

    /** The reference. */
    @Benchmark
    public long plainAdd() {
        plain += 128;
        return plain;
    }
}
