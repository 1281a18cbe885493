package io.tidemark.simulation;

import io.tidemark.disk.Faults;
import io.tidemark.disk.Operation;
import java.nio.file.Path;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** What can go wrong with a disk, or with the threads that wait for it, and where. */
enum FaultKind {
    DATA_WRITE_FAILS(CrashPoint.DATA_APPEND, Operation.WRITE, Effect.FAILS),
    DATA_WRITE_IS_SHORT(CrashPoint.DATA_APPEND, Operation.WRITE, Effect.IS_SHORT),
    DATA_CREATE_FAILS(CrashPoint.ROTATION, Operation.CREATE, Effect.FAILS),
    DATA_FORCE_FAILS(CrashPoint.DATA_FORCE, Operation.FORCE, Effect.FAILS),
    /** 10 ms to 3 s. */
    DATA_FORCE_IS_SLOW(CrashPoint.DATA_FORCE, Operation.FORCE, Effect.IS_SLOW),
    /** Half a minute to two minutes. */
    DATA_FORCE_HANGS(CrashPoint.DATA_FORCE, Operation.FORCE, Effect.HANGS),
    DATA_DIRECTORY_SYNC_FAILS(CrashPoint.DATA_DIRECTORY_SYNC, Operation.FORCE_DIRECTORY, Effect.FAILS),
    /** Reported once, and the names are lost for good: also for the next process, whose forces report success. */
    DATA_DIRECTORY_SYNC_LOSES(CrashPoint.DATA_DIRECTORY_SYNC, Operation.FORCE_DIRECTORY, Effect.LOSES),
    MANIFEST_CREATE_FAILS(CrashPoint.MANIFEST, Operation.CREATE, Effect.FAILS),
    MANIFEST_WRITE_FAILS(CrashPoint.MANIFEST, Operation.WRITE, Effect.FAILS),
    MANIFEST_WRITE_IS_SHORT(CrashPoint.MANIFEST, Operation.WRITE, Effect.IS_SHORT),
    MANIFEST_FORCE_FAILS(CrashPoint.MANIFEST, Operation.FORCE, Effect.FAILS),
    MANIFEST_RENAME_FAILS(CrashPoint.MANIFEST, Operation.RENAME, Effect.FAILS),
    /** Comes with {@link #DATA_FORCE_FAILS}: nothing else makes a repair likely. */
    REPAIR_FAILS(CrashPoint.REPAIR, Operation.OPEN, Effect.FAILS),
    LOG_WRITE_IS_SHORT(CrashPoint.LOG_APPEND, Operation.WRITE, Effect.IS_SHORT),
    LOG_WRITE_FAILS(CrashPoint.LOG_APPEND, Operation.WRITE, Effect.FAILS),
    LOG_FORCE_FAILS(CrashPoint.LOG_FORCE, Operation.FORCE, Effect.FAILS),
    LOG_FORCE_IS_SLOW(CrashPoint.LOG_FORCE, Operation.FORCE, Effect.IS_SLOW),
    SEGMENT_FORCE_FAILS(CrashPoint.SEGMENT_CREATION, Operation.FORCE, Effect.FAILS),
    SEGMENT_RENAME_FAILS(CrashPoint.SEGMENT_CREATION, Operation.RENAME, Effect.FAILS),
    LOG_CONTROL_RENAME_FAILS(CrashPoint.LOG_CONTROL, Operation.RENAME, Effect.FAILS),
    LOG_DIRECTORY_SYNC_FAILS(CrashPoint.LOG_DIRECTORY_SYNC, Operation.FORCE_DIRECTORY, Effect.FAILS),
    LOG_DIRECTORY_SYNC_LOSES(CrashPoint.LOG_DIRECTORY_SYNC, Operation.FORCE_DIRECTORY, Effect.LOSES),
    RELEASE_FAILS(CrashPoint.RELEASE, Operation.DELETE, Effect.FAILS),
    /** Anything that is forced while the log is recovered and replayed. */
    FORCE_IN_RECOVERY_FAILS(CrashPoint.RECOVERY, Operation.FORCE, Effect.FAILS),
    DIRECTORY_SYNC_IN_RECOVERY_LOSES(CrashPoint.RECOVERY, Operation.FORCE_DIRECTORY, Effect.LOSES),
    /** The pool takes no task: nothing is wrong with the disk. */
    WORKERS_REFUSE(null, null, Effect.IS_REFUSED);

    /** What happens. */
    enum Effect {
        FAILS,
        LOSES,
        IS_SHORT,
        IS_SLOW,
        HANGS,
        IS_REFUSED
    }

    private final @Nullable CrashPoint point;
    private final @Nullable Operation operation;
    private final Effect effect;

    FaultKind(@Nullable CrashPoint point, @Nullable Operation operation, Effect effect) {
        this.point = point;
        this.operation = operation;
        this.effect = effect;
    }

    /** Whether it can strike there. */
    boolean matches(Operation asked, @Nullable CrashPoint at) {
        return asked == operation && at == point;
    }

    /** At which of its passages it strikes. */
    int passage(Random random) {
        return point == null ? 0 : random.nextInt(point == CrashPoint.RECOVERY ? 2 : 1 + point.often() / 3);
    }

    /** How often in a row, from there. */
    int times(Random random) {
        return effect == Effect.FAILS || effect == Effect.LOSES || effect == Effect.HANGS ? 1 : 1 + random.nextInt(4);
    }

    /** How long the operation takes. */
    long sleepNanos(Random random) {
        return switch (effect) {
            case IS_SLOW -> (10L + random.nextInt(3_000)) * 1_000_000;
            case HANGS -> (30_000L + random.nextInt(90_000)) * 1_000_000;
            default -> 0;
        };
    }

    /** Makes the operation that is about to take effect on a file go wrong, if that is what it does. */
    void strike(Faults faults, Path path) {
        String glob = path.toString();
        if (effect == Effect.IS_SHORT) {
            faults.shortWrite(glob).times(1);
        } else if (effect == Effect.LOSES) {
            faults.loseNames(glob).times(1);
        } else if (effect == Effect.FAILS && operation != null) {
            faults.fail(operation, glob).times(1);
        }
    }

    /** Whether calls, generations and processes may fail because of it. */
    boolean isAFailure() {
        return effect == Effect.FAILS || effect == Effect.LOSES || effect == Effect.IS_REFUSED;
    }
}
