package io.tidemark.log.segment;

import io.tidemark.log.LogBatch;
import io.tidemark.log.LogEntry;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.zip.CRC32C;

/**
 * A group commit: the batches that share one write and one force, with their frames in one direct buffer. Groups are pooled, so
 * that idle logs hold no memory: there are about as many groups as threads that run logs.
 */
final class Group {
    /** A group takes no further batch once it has this many frame bytes; one batch alone may have more. */
    static final int MAX_BYTES = 4 << 20;

    /** Max batches of a group; bounds the time until its first batch is acknowledged. */
    static final int MAX_BATCHES = 8192;

    private static final int FIRST_BYTES = 64 << 10;
    private static final ArrayBlockingQueue<Group> IDLE =
            new ArrayBlockingQueue<>(2 * Runtime.getRuntime().availableProcessors());

    private static final ByteBuffer NONE = ByteBuffer.allocateDirect(0);
    private static final int UNLOGGED = -1;

    private final CRC32C crc = new CRC32C();
    private ByteBuffer frames = ByteBuffer.allocateDirect(FIRST_BYTES);
    private LogBatch[] batches = new LogBatch[64];
    private int[] offsets = new int[64];
    private int size;
    private int bytes;
    private int entries;
    private long firstIndex;
    private long timeMillis;
    private boolean sealed;

    private Group() {}

    static Group borrow() {
        Group idle = IDLE.poll();
        return idle == null ? new Group() : idle;
    }

    /** Clears the group and returns it to the pool; payloads of its entries are invalid from then on. */
    void recycle() {
        Arrays.fill(batches, 0, size, null);
        size = 0;
        bytes = 0;
        entries = 0;
        sealed = false;
        if (frames.capacity() > MAX_BYTES || !IDLE.offer(this)) {
            frames = NONE;
        }
    }

    /** Whether a frame with this payload fits, given the log's limit for a group. */
    boolean fits(int payloadBytes, int maxBytes) {
        return bytes == 0 || (long) bytes + Frame.sizeOf(payloadBytes) <= maxBytes;
    }

    boolean isFull() {
        return size >= MAX_BATCHES || bytes >= MAX_BYTES;
    }

    void addUnlogged(LogBatch batch) {
        add(batch, UNLOGGED);
    }

    void addLogged(LogBatch batch, ByteBuffer payload) {
        int at = bytes;
        int end = at + Frame.sizeOf(payload.remaining());
        if (end > frames.capacity()) {
            grow(end);
        }
        Frame.putPayload(frames, at, payload, crc);
        add(batch, at);
        bytes = end;
        entries++;
    }

    /** Numbers the entries and binds the frames to a segment. Repeated calls return the same bytes, for a retried write. */
    ByteBuffer seal(long identity, long nextIndex, long entryTimeMillis, long forcedMark) {
        if (sealed) {
            return frames.slice(0, bytes);
        }
        sealed = true;
        firstIndex = nextIndex;
        timeMillis = entryTimeMillis;
        long index = nextIndex;
        for (int i = 0; i < size; i++) {
            if (offsets[i] != UNLOGGED) {
                Frame.seal(
                        frames,
                        offsets[i],
                        Frame.ENTRY,
                        identity,
                        index++,
                        SegmentLog.TERM,
                        entryTimeMillis,
                        forcedMark,
                        crc);
            }
        }
        return frames.slice(0, bytes);
    }

    int size() {
        return size;
    }

    /** Bytes of all frames. */
    int bytes() {
        return bytes;
    }

    int entries() {
        return entries;
    }

    /** The entries' time, once sealed. */
    long timeMillis() {
        return timeMillis;
    }

    LogBatch batch(int i) {
        return batches[i];
    }

    boolean isLogged(int i) {
        return offsets[i] != UNLOGGED;
    }

    /**
     * The entry of a logged batch, once sealed.
     *
     * @param ordinal number of logged batches of the group before it
     */
    LogEntry entry(int i, int ordinal) {
        return new LogEntry(firstIndex + ordinal, SegmentLog.TERM, timeMillis, Frame.payload(frames, offsets[i]));
    }

    private void add(LogBatch batch, int offset) {
        if (size == batches.length) {
            batches = Arrays.copyOf(batches, size * 2);
            offsets = Arrays.copyOf(offsets, size * 2);
        }
        batches[size] = batch;
        offsets[size] = offset;
        size++;
    }

    private void grow(int needed) {
        int capacity = (int) Math.max(needed, Math.min(MAX_BYTES, 2L * frames.capacity()));
        ByteBuffer larger = ByteBuffer.allocateDirect(capacity);
        larger.put(frames.clear().limit(bytes));
        larger.clear();
        frames = larger;
    }
}
