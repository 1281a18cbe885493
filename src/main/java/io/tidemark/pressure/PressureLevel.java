package io.tidemark.pressure;

/**
 * How much pressure a shard's disks put on it, from none to out of service for writes.
 *
 * @since 0.1
 */
public enum PressureLevel {
    /** No pressure. */
    NORMAL,
    /** A problem is near; writes still pass. */
    WARN,
    /** Client writes are refused until the cause is gone; reads are served. */
    SHED,
    /** Client writes are refused until a repair succeeds after one that failed, or an operator acts. */
    FAILED;

    /** {@return whether client writes are refused at this level} */
    public boolean sheds() {
        return this == SHED || this == FAILED;
    }
}
