package io.tidemark.files;

import io.tidemark.checkpoint.ForceProgress;
import io.tidemark.checkpoint.ForceStep;
import io.tidemark.disk.ForceMeter;
import java.io.IOException;
import java.nio.file.Path;

/** Reports to a generation what the disk is at on its behalf: what is forced on the thread that runs it. */
final class ForceSteps implements ForceMeter {
    private static final ThreadLocal<ForceProgress> RUNNING = new ThreadLocal<>();

    /** Something that forces. */
    @FunctionalInterface
    interface Force {
        void run() throws IOException;
    }

    /** Runs it; what is forced meanwhile on this thread is reported. */
    void report(ForceProgress progress, Force force) throws IOException {
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
