package io.tidemark.shard;

import io.tidemark.checkpoint.ForceProgress;
import io.tidemark.checkpoint.ForceStep;
import io.tidemark.disk.ForceMeter;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Reports to a generation which force the disk is running for it, by the thread that runs the generation. Forces on other
 * threads, such as that of the first file's directory on the applying thread, are not reported.
 */
enum ForceReporter implements ForceMeter {
    /** The only instance: the thread identifies the generation. */
    INSTANCE;

    private static final ThreadLocal<ForceProgress> RUNNING = new ThreadLocal<>();

    /** A task that forces. */
    @FunctionalInterface
    interface Force {
        void run() throws IOException;
    }

    /** Runs a force and reports each step of it on this thread. */
    static void report(ForceProgress progress, Force force) throws IOException {
        RUNNING.set(progress);
        try {
            force.run();
        } finally {
            RUNNING.remove();
        }
    }

    @Override
    public void began(Kind kind, Path path) {
        ForceProgress progress = RUNNING.get();
        if (progress != null) {
            progress.begin(step(kind), path.toString());
        }
    }

    @Override
    public void ended(Kind kind, Path path, long nanos, boolean ok) {
        ForceProgress progress = RUNNING.get();
        if (progress != null && ok) {
            progress.end();
        }
    }

    private static ForceStep step(Kind kind) {
        return switch (kind) {
            case FILE -> ForceStep.DATA;
            case RANGE -> ForceStep.WRITE_BACK;
            case DIRECTORY -> ForceStep.DIRECTORY;
            case REPLACEMENT -> ForceStep.MANIFEST;
        };
    }
}
