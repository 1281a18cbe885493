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

/** What waits for a log: batches, and at last the call of close. Any thread adds; the log's thread does the rest. */
final class BatchQueue {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentLog.class);

    /** Stands for the call of close: what is before it is committed, what is behind it fails. */
    private static final LogBatch END = new LogBatch() {
        @Override
        public @Nullable ByteBuffer close() {
            return null;
        }

        @Override
        public void failed(IOException cause, boolean outcomeUnknown) {
            // never told
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
     * @param groupBytes frame bytes that a group may have, unless it has one batch only
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

    /** Whether a closed batch waits that did not fit the last group. */
    boolean carries() {
        return carriedBatch != null;
    }

    /**
     * Closes waiting batches into a group.
     *
     * @return whether the end of the queue was met
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
                                        + " fit a log entry",
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
     * Fails everything that waits; nothing of it was written.
     *
     * @param cause asked for each batch
     * @param end called where the call of close stands
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

    /** Fails one batch, whatever it thinks of that. */
    void fail(LogBatch batch, IOException cause, boolean outcomeUnknown) {
        try {
            batch.failed(cause, outcomeUnknown);
        } catch (RuntimeException broken) {
            LOG.error("shard {}: a batch did not take its failure", shard, broken);
        }
    }
}
