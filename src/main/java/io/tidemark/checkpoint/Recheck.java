package io.tidemark.checkpoint;

import org.jspecify.annotations.Nullable;

/** When a checkpointer looks again by itself, and whether it starts nothing until then. One timer, on its loop. */
final class Recheck {
    private final CheckpointLoop loop;
    private final Runnable evaluate;
    private @Nullable Runnable timer;
    private boolean paused;

    Recheck(CheckpointLoop loop, Runnable evaluate) {
        this.loop = loop;
        this.evaluate = evaluate;
    }

    /** Evaluates once after a delay, instead of at any earlier or later time that was set before. */
    void after(long delayMillis) {
        cancel();
        timer = loop.schedule(delayMillis, evaluate);
    }

    /** As {@link #after}; nothing starts until then, or until {@link #resume}. */
    void pause(long delayMillis) {
        cancel();
        paused = true;
        timer = loop.schedule(delayMillis, () -> {
            paused = false;
            evaluate.run();
        });
    }

    boolean paused() {
        return paused;
    }

    /** Ends a pause; its timer still evaluates. */
    void resume() {
        paused = false;
    }

    void cancel() {
        if (timer != null) {
            timer.run();
            timer = null;
        }
    }
}
