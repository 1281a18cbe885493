package io.tidemark.redis.command;

/** Whether the client wants the replies to its commands, see {@code CLIENT REPLY}. Event loop only. */
public final class ReplyMode {

    private boolean off;
    private boolean skipCurrent;
    private boolean skipNext;
    private boolean silent;

    /** A command begins; a held command begins again at each attempt. */
    public void begin() {
        silent = off || skipCurrent;
    }

    /** The command has been executed or dispatched. */
    public void end() {
        skipCurrent = skipNext;
        skipNext = false;
    }

    /** Whether no reply to the current command is sent. */
    public boolean silent() {
        return silent;
    }

    /** Replies from the current command on. */
    public void on() {
        off = false;
        silent = false;
    }

    /** No replies from the current command on. */
    public void off() {
        off = true;
        silent = true;
    }

    /** No reply to the current command and the next one. */
    public void skip() {
        skipNext = !off;
        silent = true;
    }
}
