package io.tidemark.shard;

/** The two clocks of a process. Any thread. */
public interface TimeSource {

    /** The machine's own. */
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

    /** The monotonic clock: for durations, and for what was before what. */
    long nanoTime();

    /** The clock that is set by people and by NTP, milliseconds since 1970: for nothing but to be shown. */
    long epochMillis();

    /** This moment, by both. */
    default Timestamp now() {
        return new Timestamp(nanoTime(), epochMillis());
    }
}
