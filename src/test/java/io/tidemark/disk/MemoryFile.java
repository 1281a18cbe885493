package io.tidemark.disk;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * The contents of one file twice: as the page cache shows them and as the device holds them, and which pages of
 * {@value #PAGE_BYTES} bytes were written since the last force that covered them.
 *
 * <p>A page that a failed force dropped is clean and yet differs from the device; it reaches the device only if it is
 * written again. Not thread-safe: used under the lock of its {@link FaultyDisk}.
 */
final class MemoryFile implements MemoryNode {
    static final int PAGE_BYTES = 4096;

    /** What a force found unforced when it began: page number to contents, and the length of the file. */
    record WriteBack(Map<Integer, byte[]> pages, int length) {
        long lengthBytes() {
            return (long) pages.size() * PAGE_BYTES;
        }
    }

    private byte[] cached = new byte[0];
    private int length;
    private byte[] durable = new byte[0];
    private int durableLength;
    private final BitSet unforced = new BitSet();

    private int failures;

    /** A file that holds these bytes, all of them durable. */
    static MemoryFile of(byte[] bytes) {
        MemoryFile made = new MemoryFile();
        made.cached = bytes.clone();
        made.durable = bytes.clone();
        made.length = bytes.length;
        made.durableLength = bytes.length;
        return made;
    }

    /** Failed forces so far; each descriptor open at the time hears of the newest once. */
    int failures() {
        return failures;
    }

    int length() {
        return length;
    }

    byte[] bytes() {
        return Arrays.copyOf(cached, length);
    }

    byte[] durableBytes() {
        return Arrays.copyOf(durable, durableLength);
    }

    boolean isForced() {
        return unforced.isEmpty() && length == durableLength;
    }

    void write(ByteBuffer source, int position, int count) {
        int end = position + count;
        if (count == 0) {
            return;
        }
        cached = grown(cached, end);
        source.get(cached, position, count);
        length = Math.max(length, end);
        unforced.set(position / PAGE_BYTES, (end - 1) / PAGE_BYTES + 1);
    }

    int read(ByteBuffer target, long position) {
        if (!target.hasRemaining()) {
            return 0;
        }
        if (position >= length) {
            return -1;
        }
        int count = Math.min(target.remaining(), length - (int) position);
        target.put(cached, (int) position, count);
        return count;
    }

    WriteBack beginForce() {
        Map<Integer, byte[]> pages = new TreeMap<>();
        unforced.stream().forEach(page -> pages.put(page, page(cached, page)));
        return new WriteBack(pages, length);
    }

    /** The same for the pages that a range is on; the length only as far as they reach. */
    WriteBack beginForce(int offset, int bytes) {
        int endPage = (offset + bytes - 1) / PAGE_BYTES + 1;
        Map<Integer, byte[]> pages = new TreeMap<>();
        unforced.stream()
                .filter(page -> page >= offset / PAGE_BYTES && page < endPage)
                .forEach(page -> pages.put(page, page(cached, page)));
        return new WriteBack(pages, (int) Math.min(length, (long) endPage * PAGE_BYTES));
    }

    /** The force succeeded: what it found is durable, what was written meanwhile is not. */
    void completeForce(WriteBack found) {
        found.pages().forEach((page, contents) -> {
            storeDurable(page, contents);
            markClean(page, contents);
        });
        durableLength = Math.max(durableLength, found.length());
        durable = grown(durable, durableLength);
    }

    /** The force failed: what it found counts as clean and is on its way to nowhere. */
    void failForce(WriteBack found) {
        found.pages().forEach(this::markClean);
        failures++;
    }

    /** Readers see the device's bytes again, except where there are unforced ones. */
    void dropCache() {
        for (int at = 0; at < length; at += PAGE_BYTES) {
            int page = at / PAGE_BYTES;
            if (!unforced.get(page)) {
                System.arraycopy(page(durable, page), 0, cached, at, Math.min(PAGE_BYTES, length - at));
            }
        }
    }

    void cutOff(int bytes) {
        length = Math.min(length, bytes);
        durableLength = Math.min(durableLength, bytes);
        Arrays.fill(cached, length, cached.length, (byte) 0);
        Arrays.fill(durable, durableLength, durable.length, (byte) 0);
        unforced.clear((length + PAGE_BYTES - 1) / PAGE_BYTES, Integer.MAX_VALUE);
    }

    void corrupt(long offset, int mask) {
        if (offset < 0 || offset >= length) {
            throw new IllegalArgumentException("offset " + offset + " is not within the " + length + " bytes");
        }
        int at = (int) offset;
        cached[at] ^= (byte) mask;
        if (at < durableLength) {
            durable[at] ^= (byte) mask;
        }
    }

    /** What a power cut may leave: the device's bytes, each unforced page with this probability, some length. */
    MemoryFile afterPowerCut(double keepProbability, Random random) {
        int survivingLength = durableLength;
        if (length > durableLength) {
            survivingLength = keepProbability >= 1 ? length : keepProbability <= 0 ? durableLength : someLength(random);
        }
        MemoryFile left = copy();
        int[] pages = unforced.stream().toArray();
        for (int page : pages) {
            if (random.nextDouble() < keepProbability) {
                left.storeDurable(page, page(cached, page));
            }
        }
        byte[] bytes = Arrays.copyOf(left.durable, survivingLength);
        return of(bytes);
    }

    /** The same state, without descriptors. */
    MemoryFile copy() {
        MemoryFile made = new MemoryFile();
        made.cached = cached.clone();
        made.length = length;
        made.durable = durable.clone();
        made.durableLength = durableLength;
        made.unforced.or(unforced);
        return made;
    }

    private int someLength(Random random) {
        int between = durableLength + random.nextInt(length - durableLength + 1);
        return switch (random.nextInt(4)) {
            case 0 -> durableLength;
            case 1 -> length;
            case 2 -> Math.max(durableLength, between / PAGE_BYTES * PAGE_BYTES);
            default -> between;
        };
    }

    private void storeDurable(int page, byte[] contents) {
        durable = grown(durable, (page + 1) * PAGE_BYTES);
        System.arraycopy(contents, 0, durable, page * PAGE_BYTES, PAGE_BYTES);
    }

    private void markClean(int page, byte[] contents) {
        if (Arrays.equals(page(cached, page), contents)) {
            unforced.clear(page);
        }
    }

    private static byte[] page(byte[] all, int page) {
        int from = Math.min(page * PAGE_BYTES, all.length);
        return Arrays.copyOf(Arrays.copyOfRange(all, from, Math.min(from + PAGE_BYTES, all.length)), PAGE_BYTES);
    }

    private static byte[] grown(byte[] bytes, int needed) {
        if (needed <= bytes.length) {
            return bytes;
        }
        long doubled = Math.max(bytes.length * 2L, PAGE_BYTES);
        return Arrays.copyOf(bytes, (int) Math.max(needed, Math.min(doubled, Integer.MAX_VALUE - 8)));
    }
}
