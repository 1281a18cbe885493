package io.tidemark.simulation;

import io.tidemark.disk.FaultOrder;
import io.tidemark.disk.Faults;
import io.tidemark.disk.Operation;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** What can go wrong with a disk, or with the threads that wait for it. */
enum FaultKind {
    DATA_FORCE_FAILS,
    DATA_DIRECTORY_SYNC_FAILS,
    DATA_WRITE_FAILS,
    DATA_WRITE_IS_SHORT,
    DATA_CREATE_FAILS,
    MANIFEST_FORCE_FAILS,
    MANIFEST_RENAME_FAILS,
    LOG_FORCE_FAILS,
    LOG_WRITE_IS_SHORT,
    SEGMENT_FORCE_FAILS,
    SEGMENT_RENAME_FAILS,
    LOG_CONTROL_RENAME_FAILS,
    LOG_DIRECTORY_SYNC_FAILS,
    /** A data force takes 10 ms to 3 s. */
    DATA_FORCE_IS_SLOW,
    /** A data force takes half a minute to two minutes. */
    DATA_FORCE_HANGS,
    /** A log force takes 10 ms to 3 s. */
    LOG_FORCE_IS_SLOW,
    /** The pool takes no task: nothing is wrong with the disk. */
    WORKERS_REFUSE;

    /** Orders it from a disk; null if it is not the disk's to bring about. */
    @Nullable
    FaultOrder order(Faults faults, Random random) {
        return switch (this) {
            case DATA_FORCE_FAILS ->
                faults.failForce("*.data").after(random.nextInt(8)).times(1);
            case DATA_DIRECTORY_SYNC_FAILS ->
                faults.failForceDirectory("data").after(random.nextInt(6)).times(1);
            case DATA_WRITE_FAILS ->
                faults.failWrite("*.data").after(random.nextInt(60)).times(1);
            case DATA_WRITE_IS_SHORT ->
                faults.shortWrite("*.data").after(random.nextInt(20)).times(1 + random.nextInt(4));
            case DATA_CREATE_FAILS ->
                faults.failCreate("*.data").after(random.nextInt(4)).times(1);
            case MANIFEST_FORCE_FAILS ->
                faults.failForce("CHECKPOINT.new").after(random.nextInt(4)).times(1);
            case MANIFEST_RENAME_FAILS ->
                faults.failRename("CHECKPOINT").after(random.nextInt(4)).times(1);
            case LOG_FORCE_FAILS ->
                faults.failForce("*.log").after(random.nextInt(40)).times(1);
            case LOG_WRITE_IS_SHORT ->
                faults.shortWrite("*.log").after(random.nextInt(20)).times(1 + random.nextInt(4));
            case SEGMENT_FORCE_FAILS ->
                faults.failForce("*.log.new").after(random.nextInt(6)).times(1);
            case SEGMENT_RENAME_FAILS ->
                faults.failRename("*.log").after(random.nextInt(6)).times(1);
            case LOG_CONTROL_RENAME_FAILS ->
                faults.failRename("LOG").after(random.nextInt(8)).times(1);
            case LOG_DIRECTORY_SYNC_FAILS ->
                faults.failForceDirectory("log").after(random.nextInt(12)).times(1);
            case DATA_FORCE_IS_SLOW, DATA_FORCE_HANGS, LOG_FORCE_IS_SLOW, WORKERS_REFUSE -> null;
        };
    }

    /** The operation that takes long, or null. */
    @Nullable
    String slowForce() {
        return switch (this) {
            case DATA_FORCE_IS_SLOW, DATA_FORCE_HANGS -> ".data";
            case LOG_FORCE_IS_SLOW -> ".log";
            default -> null;
        };
    }

    /** For how long. */
    long sleepNanos(Random random) {
        long millis = this == DATA_FORCE_HANGS ? 30_000 + random.nextInt(90_000) : 10 + random.nextInt(3_000);
        return millis * 1_000_000;
    }

    /** Operations before which fibers may be held up and processes killed. */
    static Operation[] places() {
        return new Operation[] {
            Operation.CREATE,
            Operation.OPEN,
            Operation.WRITE,
            Operation.FORCE,
            Operation.CREATE_DIRECTORY,
            Operation.RENAME,
            Operation.DELETE,
            Operation.FORCE_DIRECTORY
        };
    }
}
