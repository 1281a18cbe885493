package io.tidemark.simulation;

/** The process of the simulated node is gone: unwinds whatever it was doing. */
final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    Killed() {
        super("the simulated process was killed", null, false, false);
    }
}
