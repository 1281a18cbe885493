package io.tidemark.disk;

import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One finished operation on a {@link FaultyDisk}.
 *
 * @param number position in the journal, from 0
 * @param path absolute path of the file or directory
 * @param target new name of a {@link Operation#RENAME}, else null
 * @param offset position in the file in bytes; 0 if it has none
 * @param lengthBytes bytes read, written or forced; 0 if it has none
 */
public record OperationRecord(
        int number,
        Operation operation,
        Path path,
        @Nullable Path target,
        long offset,
        long lengthBytes,
        Outcome outcome) {

    /** How an operation ended. */
    public enum Outcome {
        OK,
        /** A write that took fewer bytes than it was given. */
        SHORT,
        /** An exception. */
        FAILED
    }

    /** Whether the old or the new name matches. */
    public boolean concerns(PathGlob glob) {
        return glob.matches(path) || (target != null && glob.matches(target));
    }

    /**
     * The record as a short line without numbers: {@code force /d/LOG.new}, {@code rename /d/LOG.new /d/LOG}, with
     * {@code  SHORT} or {@code  FAILED} behind it where that is so.
     */
    public String line() {
        return operation.name().toLowerCase(Locale.ROOT)
                + " "
                + path
                + (target == null ? "" : " " + target)
                + (outcome == Outcome.OK ? "" : " " + outcome);
    }
}
