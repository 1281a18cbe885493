package io.tidemark.shard;

/** A command on its way, with where its answer goes. Identity matters: each call is answered exactly once. */
public interface Call {

    /** What is asked. The same object each time. */
    Command command();

    /**
     * The answer. Called once, on a thread of the shard's or on the submitting one, and must return at once: hand the
     * result over, do no work.
     */
    void complete(Result result);
}
