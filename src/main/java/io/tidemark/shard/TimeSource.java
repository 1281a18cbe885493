package io.tidemark.shard;

/** The two clocks of a process. Any thread. */
public interface TimeSource {

    /** The machine's clocks. */
    TimeSource SYSTEM = new TimeSource() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public long epochMillis() {
            return System.currentTimeMillis();
        }
    };

    /** The monotonic clock: for durations and for ordering. */
    long nanoTime();

    /** The wall clock, milliseconds since 1970; it may jump, so it is for display only. */
    long epochMillis();

    /** A reading of both clocks. */
    default Timestamp now() {
        return new Timestamp(nanoTime(), epochMillis());
    }
}
