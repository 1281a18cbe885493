package io.tidemark.log.segment;

import io.tidemark.log.BatchRefusedException;
import io.tidemark.log.LogBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A log's queue: batches, and at last the close request. Any thread adds; all else is for the log's thread. */
final class BatchQueue {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentLog.class);

    /** The close request: batches before it are committed, batches after it fail. */
    private static final LogBatch END = new LogBatch() {
        @Override
        public @Nullable ByteBuffer close() {
            return null;
        }

        @Override
        public void failed(IOException cause, boolean outcomeUnknown) {
            // never called
        }
    };

    private final int shard;
    private final int groupBytes;
    private final ConcurrentLinkedQueue<LogBatch> queue = new ConcurrentLinkedQueue<>();
    private @Nullable LogBatch carriedBatch;
    private @Nullable ByteBuffer carriedPayload;

    /**
     * An empty queue.
     *
     * @param shard for messages
     * @param groupBytes max frame bytes of a group, unless it has only one batch
     */
    BatchQueue(int shard, int groupBytes) {
        this.shard = shard;
        this.groupBytes = groupBytes;
    }

    void add(LogBatch batch) {
        queue.add(batch);
    }

    void addEnd() {
        queue.add(END);
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** Whether a closed batch that did not fit the last group is held for the next one. */
    boolean hasCarriedBatch() {
        return carriedBatch != null;
    }

    /**
     * Closes queued batches into a group.
     *
     * @return whether the close request was reached
     */
    boolean gather(Group group) {
        while (!group.isFull()) {
            LogBatch batch = carriedBatch;
            ByteBuffer payload = carriedPayload;
            carriedBatch = null;
            carriedPayload = null;
            if (batch == null) {
                batch = queue.poll();
                if (batch == null) {
                    return false;
                }
                if (batch == END) {
                    return true;
                }
                try {
                    payload = batch.close();
                } catch (RuntimeException | Error broken) {
                    fail(batch, new BatchRefusedException("it could not be encoded: " + broken, broken), false);
                    continue;
                }
            }
            if (payload == null) {
                group.addUnlogged(batch);
            } else if (payload.remaining() > Frame.MAX_PAYLOAD_BYTES) {
                fail(
                        batch,
                        new BatchRefusedException(
                                "a batch of " + payload.remaining() + " bytes, at most " + Frame.MAX_PAYLOAD_BYTES
                                        + " fit into a log entry",
                                null),
                        false);
            } else if (group.fits(payload.remaining(), groupBytes)) {
                try {
                    group.addLogged(batch, payload);
                } catch (RuntimeException | Error broken) {
                    fail(batch, new BatchRefusedException("it could not be encoded: " + broken, broken), false);
                }
            } else {
                carriedBatch = batch;
                carriedPayload = payload;
                return false;
            }
        }
        return false;
    }

    /**
     * Fails all queued batches; nothing of them was written.
     *
     * @param cause called for each batch
     * @param end called at the close request
     */
    void failAll(Supplier<IOException> cause, Runnable end) {
        LogBatch carried = carriedBatch;
        if (carried != null) {
            carriedBatch = null;
            carriedPayload = null;
            fail(carried, cause.get(), false);
        }
        for (LogBatch batch = queue.poll(); batch != null; batch = queue.poll()) {
            if (batch == END) {
                end.run();
            } else {
                fail(batch, cause.get(), false);
            }
        }
    }

    /** Fails one batch; an exception from its callback is logged. */
    void fail(LogBatch batch, IOException cause, boolean outcomeUnknown) {
        try {
            batch.failed(cause, outcomeUnknown);
        } catch (RuntimeException broken) {
            LOG.error("shard {}: the failure callback of a batch threw", shard, broken);
        }
    }
}
