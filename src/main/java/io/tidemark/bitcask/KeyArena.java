package io.tidemark.bitcask;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Key bytes, packed into large chunks, each key preceded by its length in two bytes. A key is referred to by its position.
 * Removed keys keep their bytes until the arena is copied.
 */
final class KeyArena {
    private static final int CHUNK = 1 << 20;
    private static final int FIRST_CHUNK = 1 << 10;

    private final List<byte[]> chunks = new ArrayList<>();
    private int used;
    private long bytes;

    /** Copies a key in; returns its position. */
    long add(byte[] key) {
        int size = key.length + 2;
        byte[] chunk = chunks.isEmpty() ? null : chunks.get(chunks.size() - 1);
        if (chunk == null || used + size > chunk.length) {
            chunk = chunkFor(size, chunk);
        }
        long position = ((long) (chunks.size() - 1) << 20) | used;
        chunk[used] = (byte) (key.length >>> 8);
        chunk[used + 1] = (byte) key.length;
        System.arraycopy(key, 0, chunk, used + 2, key.length);
        used += size;
        bytes += size;
        return position;
    }

    /**
     * The first chunk grows by doubling, so that an empty store is small; later chunks have their full size from the start.
     */
    private byte[] chunkFor(int size, byte @org.jspecify.annotations.Nullable [] last) {
        if (last != null && chunks.size() == 1 && last.length < CHUNK) {
            int length = last.length;
            while (length < CHUNK && used + size > length) {
                length *= 2;
            }
            if (used + size <= length) {
                byte[] grown = Arrays.copyOf(last, length);
                chunks.set(0, grown);
                return grown;
            }
        }
        int length = chunks.isEmpty() ? FIRST_CHUNK : CHUNK;
        while (length < size) {
            length *= 2;
        }
        byte[] chunk = new byte[length];
        chunks.add(chunk);
        used = 0;
        return chunk;
    }

    boolean matches(long position, byte[] key) {
        byte[] chunk = chunks.get((int) (position >>> 20));
        int at = (int) (position & (CHUNK - 1));
        int length = length(chunk, at);
        return length == key.length && Arrays.equals(chunk, at + 2, at + 2 + length, key, 0, length);
    }

    byte[] get(long position) {
        byte[] chunk = chunks.get((int) (position >>> 20));
        int at = (int) (position & (CHUNK - 1));
        return Arrays.copyOfRange(chunk, at + 2, at + 2 + length(chunk, at));
    }

    int sizeAt(long position) {
        return length(chunks.get((int) (position >>> 20)), (int) (position & (CHUNK - 1))) + 2;
    }

    private static int length(byte[] chunk, int at) {
        return (chunk[at] & 0xff) << 8 | (chunk[at + 1] & 0xff);
    }

    /** Bytes added since the arena was created. */
    long bytes() {
        return bytes;
    }
}
