package io.tidemark.reload;

import io.tidemark.checkpoint.CheckpointTarget;

/** A store without writes. */
final class EmptyStore implements CheckpointTarget {
    private record Empty() implements Capture {
        @Override
        public long index() {
            return 0;
        }

        @Override
        public long bytes() {
            return 0;
        }

        @Override
        public int files() {
            return 0;
        }
    }

    @Override
    public Capture capture() {
        return new Empty();
    }

    @Override
    public void force(Capture captured) {}

    @Override
    public void completed(Capture captured) {}
}
