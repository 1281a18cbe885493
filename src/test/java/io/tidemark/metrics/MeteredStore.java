package io.tidemark.metrics;

import io.tidemark.checkpoint.CheckpointTarget;
import io.tidemark.checkpoint.DirtyCounter;
import io.tidemark.checkpoint.ForceProgress;
import io.tidemark.checkpoint.ForceStep;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/** An in-memory store that reports the steps of its force: two data files, a directory, a manifest. */
final class MeteredStore implements CheckpointTarget {
    static final String DATA_FILE = "0000000001.data";
    static final String MANIFEST_FILE = "CHECKPOINT";

    private record Snapshot(long index, long bytes, int files) implements Capture {}

    volatile boolean failManifest;
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile Snapshot published = new Snapshot(0, 0, 0);
    private volatile long durable;
    private volatile boolean reportsSteps = true;

    /** Reports no steps from now on. */
    MeteredStore silent() {
        reportsSteps = false;
        return this;
    }

    void write(DirtyCounter dirty) {
        published = new Snapshot(published.index() + 1, 100, 1);
        dirty.mark(published.index(), 100);
    }

    /** Forces hang from now on. */
    void hold() {
        gate = new CountDownLatch(1);
    }

    void letGo() {
        gate.countDown();
    }

    @Override
    public Capture capture() {
        return published;
    }

    @Override
    public void force(Capture captured) throws IOException {
        force(captured, new ForceProgress() {
            @Override
            public void begin(ForceStep step, String file) {}

            @Override
            public void end() {}
        });
    }

    @Override
    public void force(Capture captured, ForceProgress progress) throws IOException {
        report(progress, ForceStep.DATA, DATA_FILE);
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new IOException("interrupted inside force", e);
        }
        end(progress);
        report(progress, ForceStep.DATA, "0000000002.data");
        end(progress);
        report(progress, ForceStep.DIRECTORY, "data");
        end(progress);
        report(progress, ForceStep.MANIFEST, MANIFEST_FILE);
        if (failManifest) {
            throw new IOException("Input/output error");
        }
        end(progress);
        durable = captured.index();
    }

    private void report(ForceProgress progress, ForceStep step, String file) {
        if (reportsSteps) {
            progress.begin(step, file);
        }
    }

    private void end(ForceProgress progress) {
        if (reportsSteps) {
            progress.end();
        }
    }

    @Override
    public int dirtyFiles() {
        return reportsSteps ? (published.index() > durable ? 1 : 0) : UNKNOWN;
    }

    @Override
    public void completed(Capture captured) {}
}
