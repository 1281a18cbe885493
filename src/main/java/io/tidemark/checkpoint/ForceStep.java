package io.tidemark.checkpoint;

import java.util.Locale;

/**
 * The steps of a force; metrics and failures refer to them.
 *
 * @since 0.1
 */
public enum ForceStep {
    /** A range of a data file is written back before the file is forced. */
    WRITE_BACK,
    /** A data file. */
    DATA,
    /** A directory, so that names in it are durable. */
    DIRECTORY,
    /** The position file, including its name and directory. */
    MANIFEST,
    /** The whole force: for a target that reports no steps, and for a failure between two steps. */
    ALL;

    /** {@return the name in events and metrics, for example {@code data}} */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
