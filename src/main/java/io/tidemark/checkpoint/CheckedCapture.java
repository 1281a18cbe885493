package io.tidemark.checkpoint;

import io.tidemark.checkpoint.CheckpointTarget.Capture;

/**
 * What a target captured, and what that says of itself, asked once and at once: a store's own method that throws later
 * would leave a generation half ended.
 *
 * @param handle what the store gets back
 * @param index see {@link Capture#index}
 * @param bytes see {@link Capture#bytes}
 * @param files see {@link Capture#files}
 */
record CheckedCapture(Capture handle, long index, long bytes, int files) {

    /** What stands for a capture that did not come off. */
    private record Nothing(long index) implements Capture {
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
     * Asks a target.
     *
     * @throws IllegalStateException naming its method, if that threw or returned what it must not
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
                    "capture() returned null; expected what has been applied by now, of index 0 if that is nothing");
        }
        try {
            return new CheckedCapture(handle, handle.index(), handle.bytes(), handle.files());
        } catch (Throwable e) {
            throw new IllegalStateException("index(), bytes() or files() of what capture() returned threw " + e, e);
        }
    }

    /** Nothing, for a store that could not be asked. */
    static CheckedCapture nothing(long index) {
        return new CheckedCapture(new Nothing(index), index, 0, 0);
    }

    /** Whether the store could not be asked. */
    boolean isNothing() {
        return handle instanceof Nothing;
    }
}
