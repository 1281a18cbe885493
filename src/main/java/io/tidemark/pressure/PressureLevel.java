package io.tidemark.pressure;

/** How hard a shard is pressed by its disks, from not at all to out of service for writes. */
public enum PressureLevel {
    /** All is well. */
    NORMAL,
    /** Trouble is near; writes still pass. */
    WARN,
    /** Client writes are refused until the cause is gone; reads go on. */
    SHED,
    /** Client writes are refused until a repair succeeds that has failed, or somebody acts. */
    FAILED;

    /** Whether client writes are refused at this level. */
    public boolean sheds() {
        return this == SHED || this == FAILED;
    }
}
