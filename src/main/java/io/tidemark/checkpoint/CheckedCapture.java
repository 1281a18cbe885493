package io.tidemark.checkpoint;

import io.tidemark.checkpoint.CheckpointTarget.Capture;

/**
 * A target's capture with its figures, which are read once and at once: if a store's method threw later, it would leave a
 * generation half done.
 *
 * @param handle the target's own capture, to be passed back to it
 * @param index see {@link Capture#index}
 * @param bytes see {@link Capture#bytes}
 * @param files see {@link Capture#files}
 */
record CheckedCapture(Capture handle, long index, long bytes, int files) {

    /** Stands in for a capture that failed. */
    private record None(long index) implements Capture {
        @Override
        public long bytes() {
            return 0;
        }

        @Override
        public int files() {
            return 0;
        }
    }

    /**
     * Captures a target.
     *
     * @throws IllegalStateException naming the method that threw or returned {@code null}
     */
    static CheckedCapture of(CheckpointTarget target) {
        Capture handle;
        try {
            handle = target.capture();
        } catch (Throwable e) {
            throw new IllegalStateException("capture() threw " + e, e);
        }
        if (handle == null) {
            throw new IllegalStateException(
                    "capture() returned null; expected a capture of what has been applied, with index 0 if nothing has");
        }
        try {
            return new CheckedCapture(handle, handle.index(), handle.bytes(), handle.files());
        } catch (Throwable e) {
            throw new IllegalStateException("index(), bytes() or files() of what capture() returned threw " + e, e);
        }
    }

    /** An empty capture, for a target whose {@code capture()} failed. */
    static CheckedCapture none(long index) {
        return new CheckedCapture(new None(index), index, 0, 0);
    }

    /** Whether the target's {@code capture()} failed. */
    boolean isNone() {
        return handle instanceof None;
    }
}
