package io.tidemark.metrics;

import io.tidemark.checkpoint.CheckpointTarget;
import io.tidemark.checkpoint.DirtyCounter;
import io.tidemark.checkpoint.ForceProgress;
import io.tidemark.checkpoint.ForceStep;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/** A store in memory that tells what its force is at: two data files, a directory, a manifest. */
final class MeteredStore implements CheckpointTarget {
    static final String DATA_FILE = "0000000001.data";
    static final String MANIFEST_FILE = "CHECKPOINT";

    private record Cut(long index, long bytes, int files) implements Capture {}

    volatile boolean failManifest;
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile Cut published = new Cut(0, 0, 0);
    private volatile long durable;
    private volatile boolean tells = true;

    /** Tells nothing from now on. */
    MeteredStore silent() {
        tells = false;
        return this;
    }

    void write(DirtyCounter dirty) {
        published = new Cut(published.index() + 1, 100, 1);
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
        tell(progress, ForceStep.DATA, DATA_FILE);
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new IOException("interrupted inside force", e);
        }
        end(progress);
        tell(progress, ForceStep.DATA, "0000000002.data");
        end(progress);
        tell(progress, ForceStep.DIRECTORY, "data");
        end(progress);
        tell(progress, ForceStep.MANIFEST, MANIFEST_FILE);
        if (failManifest) {
            throw new IOException("Input/output error");
        }
        end(progress);
        durable = captured.index();
    }

    private void tell(ForceProgress progress, ForceStep step, String file) {
        if (tells) {
            progress.begin(step, file);
        }
    }

    private void end(ForceProgress progress) {
        if (tells) {
            progress.end();
        }
    }

    @Override
    public int dirtyFiles() {
        return tells ? (published.index() > durable ? 1 : 0) : UNKNOWN;
    }

    @Override
    public void completed(Capture captured) {}
}
