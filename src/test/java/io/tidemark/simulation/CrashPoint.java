package io.tidemark.simulation;

import io.tidemark.disk.Operation;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where a process can die. */
enum CrashPoint {
    /** An entry's records are about to be appended to a data file. */
    DATA_APPEND,
    /** A new data file is begun. */
    ROTATION,
    /** Within the force of a data file. */
    DATA_FORCE,
    /** Before the names in a shard's data directory are forced; also after the manifest's rename. */
    DATA_DIRECTORY_SYNC,
    /** Anywhere from the new manifest's creation to its rename. */
    MANIFEST,
    /** A repair is about to open a data file a second time. */
    REPAIR,
    /** A group is about to be written to the log. */
    LOG_APPEND,
    /** Within the force of the log. */
    LOG_FORCE,
    /** Anywhere from a new segment's creation to its rename. */
    SEGMENT_CREATION,
    /** Anywhere in the replacement of the log's control file, the release record. */
    LOG_CONTROL,
    /** Before the names in a log's directory are forced. */
    LOG_DIRECTORY_SYNC,
    /** A released segment is about to go. */
    RELEASE,
    /** Data files are being opened. */
    OPENING,
    /** The log is being recovered and replayed. */
    RECOVERY,
    /** Anywhere in an orderly stop. */
    STOP,
    /** Between two steps of anybody's. */
    BETWEEN_STEPS;

    /**
     * Which point an operation of a shard in service is, or null for one of no interest.
     *
     * @param named whether this file has got its name, though the descriptor knows it by the one before
     */
    static @Nullable CrashPoint of(Operation operation, Path path, boolean named) {
        String name = path.getFileName().toString();
        if (operation == Operation.FORCE_DIRECTORY) {
            return name.equals("data") ? DATA_DIRECTORY_SYNC : name.equals("log") ? LOG_DIRECTORY_SYNC : null;
        } else if (name.startsWith("CHECKPOINT")) {
            return MANIFEST;
        } else if (name.startsWith("LOG")) {
            return LOG_CONTROL;
        } else if (name.endsWith(".log.new")) {
            return !named ? SEGMENT_CREATION : operation == Operation.WRITE ? LOG_APPEND : LOG_FORCE;
        } else if (name.endsWith(".log")) {
            return operation == Operation.DELETE ? RELEASE : null;
        } else if (name.endsWith(".data")) {
            return switch (operation) {
                case WRITE -> DATA_APPEND;
                case CREATE -> ROTATION;
                case FORCE -> DATA_FORCE;
                case OPEN -> REPAIR;
                default -> null;
            };
        }
        return null;
    }

    /** About how often it is passed in a life; the crash comes at one of these times. */
    int often() {
        return switch (this) {
            case DATA_APPEND, LOG_APPEND, LOG_FORCE -> 25;
            case DATA_FORCE, DATA_DIRECTORY_SYNC, MANIFEST, SEGMENT_CREATION, LOG_CONTROL, STOP, RECOVERY -> 12;
            case OPENING, ROTATION, LOG_DIRECTORY_SYNC -> 6;
            case RELEASE, REPAIR -> 2;
            case BETWEEN_STEPS -> 300;
        };
    }
}
