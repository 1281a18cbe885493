package io.tidemark.shard;

/** A command and the receiver of its result. Identity matters: each call is completed exactly once. */
public interface Call {

    /** The command. The same object each time. */
    Command command();

    /**
     * Receives the result. Called once, on one of the shard's threads or on the submitting thread. Must return at once: hand
     * the result over, do no work.
     */
    void complete(Result result);
}
