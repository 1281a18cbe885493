package io.tidemark.bitcask;

import java.util.function.ToIntFunction;

/**
 * Where each live key's record is: an open-addressing table of primitive arrays, with the key bytes in a {@link KeyArena}.
 * No object per key: about 28 bytes per slot, with at most three quarters of the slots used, plus the key.
 *
 * <p>Not thread-safe; {@link Bitcask} guards it.
 */
final class Keydir {
    private static final int MIN_CAPACITY = 64;
    private static final long FREE = 0;

    private final ToIntFunction<byte[]> hash;
    private KeyArena arena = new KeyArena();
    private long garbage;
    private long[] keys = new long[MIN_CAPACITY];
    private int[] hashes = new int[MIN_CAPACITY];
    private int[] files = new int[MIN_CAPACITY];
    private long[] offsets = new long[MIN_CAPACITY];
    private int[] lengths = new int[MIN_CAPACITY];
    private int size;

    Keydir() {
        this(Keydir::mix);
    }

    /** @param hash tests pass one of their own to make keys collide */
    Keydir(ToIntFunction<byte[]> hash) {
        this.hash = hash;
    }

    private static int mix(byte[] key) {
        long h = 0x9e3779b97f4a7c15L ^ key.length;
        for (byte b : key) {
            h = (h ^ b) * 0xff51afd7ed558ccdL;
            h ^= h >>> 32;
        }
        h *= 0xc4ceb9fe1a85ec53L;
        return (int) (h ^ (h >>> 33));
    }

    int size() {
        return size;
    }

    /** Bytes that the keys occupy, including those of removed keys not yet compacted. */
    long keyBytes() {
        return arena.bytes();
    }

    /** The key's slot, or -1 if the key is missing. A slot is valid until the next change. */
    int find(byte[] key) {
        int h = hash.applyAsInt(key);
        int mask = keys.length - 1;
        for (int slot = h & mask; keys[slot] != FREE; slot = (slot + 1) & mask) {
            if (hashes[slot] == h && arena.matches(keys[slot] - 1, key)) {
                return slot;
            }
        }
        return -1;
    }

    /** Number of the file that holds the record. */
    int fileAt(int slot) {
        return files[slot];
    }

    /** Offset of the record in its file. */
    long offsetAt(int slot) {
        return offsets[slot];
    }

    /** Length of the value in bytes. */
    int valueLengthAt(int slot) {
        return lengths[slot];
    }

    void put(byte[] key, int file, long offset, int valueLength) {
        int slot = find(key);
        if (slot < 0) {
            if (size + 1 > keys.length / 4 * 3) {
                rebuild(Math.multiplyExact(keys.length, 2));
            }
            int h = hash.applyAsInt(key);
            int mask = keys.length - 1;
            slot = h & mask;
            while (keys[slot] != FREE) {
                slot = (slot + 1) & mask;
            }
            keys[slot] = arena.add(key) + 1;
            hashes[slot] = h;
            size++;
        }
        files[slot] = file;
        offsets[slot] = offset;
        lengths[slot] = valueLength;
    }

    void remove(byte[] key) {
        int slot = find(key);
        if (slot < 0) {
            return;
        }
        garbage += arena.sizeAt(keys[slot] - 1);
        size--;
        closeGap(slot);
        if (garbage > 1 << 20 && garbage > arena.bytes() / 2) {
            rebuild(keys.length);
        }
    }

    /** Moves later entries of the probe sequence up, so that removed keys need no marker. */
    private void closeGap(int slot) {
        int mask = keys.length - 1;
        int gap = slot;
        int next = slot;
        while (true) {
            next = (next + 1) & mask;
            if (keys[next] == FREE) {
                break;
            }
            int home = hashes[next] & mask;
            if (((next - home) & mask) >= ((next - gap) & mask)) {
                copy(next, gap);
                gap = next;
            }
        }
        keys[gap] = FREE;
    }

    private void copy(int from, int to) {
        keys[to] = keys[from];
        hashes[to] = hashes[from];
        files[to] = files[from];
        offsets[to] = offsets[from];
        lengths[to] = lengths[from];
    }

    /** If memory runs out, the table is unchanged: existing keys are never reported as missing. */
    private void rebuild(int capacity) {
        boolean compact = garbage > arena.bytes() / 4;
        KeyArena newArena = compact ? new KeyArena() : arena;
        long[] newKeys = new long[capacity];
        int[] newHashes = new int[capacity];
        int[] newFiles = new int[capacity];
        long[] newOffsets = new long[capacity];
        int[] newLengths = new int[capacity];
        int mask = capacity - 1;
        for (int old = 0; old < keys.length; old++) {
            if (keys[old] == FREE) {
                continue;
            }
            int slot = hashes[old] & mask;
            while (newKeys[slot] != FREE) {
                slot = (slot + 1) & mask;
            }
            newKeys[slot] = compact ? newArena.add(arena.get(keys[old] - 1)) + 1 : keys[old];
            newHashes[slot] = hashes[old];
            newFiles[slot] = files[old];
            newOffsets[slot] = offsets[old];
            newLengths[slot] = lengths[old];
        }
        garbage = compact ? 0 : garbage;
        arena = newArena;
        keys = newKeys;
        hashes = newHashes;
        files = newFiles;
        offsets = newOffsets;
        lengths = newLengths;
    }
}
