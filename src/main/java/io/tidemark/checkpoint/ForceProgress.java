package io.tidemark.checkpoint;

/**
 * Receives a target's progress during a force, so that times and failures can be reported by step, and a force that hangs with
 * the file it hangs on. Called from inside {@link CheckpointTarget#force(CheckpointTarget.Capture, ForceProgress)}, on its
 * thread.
 *
 * @since 0.1
 */
public interface ForceProgress {

    /**
     * A step begins.
     *
     * @param step the step
     * @param file the file's name, for logs and messages; never used as a metric label
     */
    void begin(ForceStep step, String file);

    /** The step has succeeded. Don't call it after a failure: a step that began and did not end is the one that failed. */
    void end();
}
