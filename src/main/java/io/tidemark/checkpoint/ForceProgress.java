package io.tidemark.checkpoint;

/**
 * Takes from a target what its force is at, so that times and failures can be told by step, and a force that hangs by the
 * file it hangs on. Called from inside {@link CheckpointTarget#force(CheckpointTarget.Capture, ForceProgress)}, on its
 * thread.
 */
public interface ForceProgress {

    /**
     * The next thing is about to be forced.
     *
     * @param file its name, for logs and messages; never a metric's label
     */
    void begin(ForceStep step, String file);

    /** What was begun is durable. Don't call it after a failure: a step that was begun and has no end is the one that failed. */
    void end();
}
