package io.tidemark.checkpoint;

import java.util.Locale;

/** What a target forces, one after another; the operation that a metric or a failure is about. */
public enum ForceStep {
    /** A range of a data file is written back before the file is forced. */
    WRITE_BACK,
    /** A data file. */
    DATA,
    /** A directory, for the names in it. */
    DIRECTORY,
    /** The position file, with its name and its directory. */
    MANIFEST,
    /** All of it: what a target tells that names no steps, and a failure between two steps. */
    ALL;

    /** The name in events and metrics, for example {@code data}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
