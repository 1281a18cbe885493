package io.tidemark.pressure;

/** How hard a shard is pressed by its disks, from not at all to out of service for writes. */
public enum PressureLevel {
    /** All is well. */
    NORMAL,
    /** Trouble is near; writes still pass. */
    WARN,
    /** Client writes are refused until the cause is gone; reads go on. */
    SHED,
    /** Client writes are refused until somebody acts, for example by a restart. */
    FAILED;

    /** Whether client writes are refused at this level. */
    public boolean sheds() {
        return this == SHED || this == FAILED;
    }
}
