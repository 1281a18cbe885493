package io.tidemark.redis;

/** Whether the client wants the replies to its commands, see {@code CLIENT REPLY}. Event loop only. */
final class ReplyMode {

    private boolean off;
    private boolean skipsThis;
    private boolean skipsNext;
    private boolean silent;

    /** A command begins, maybe not for the first time. */
    void begin() {
        silent = off || skipsThis;
    }

    /** The command has been carried out, or is under way. */
    void end() {
        skipsThis = skipsNext;
        skipsNext = false;
    }

    /** Whether the current command gets no reply. */
    boolean silent() {
        return silent;
    }

    /** Replies from the current command on. */
    void on() {
        off = false;
        silent = false;
    }

    /** No replies from the current command on. */
    void off() {
        off = true;
        silent = true;
    }

    /** No reply to the current command and the next one. */
    void skip() {
        skipsNext = !off;
        silent = true;
    }
}
