package io.tidemark.redis;

/**
 * Maps keys to slots, and slots to shards, with Redis Cluster's slot function, so that a hash tag in braces keeps keys together
 * as it does there.
 *
 * <p>The slot is CRC-16/XMODEM of the key, or of the text between its first <code>{</code> and the next <code>}</code> if that
 * is not empty, modulo {@value #SLOTS}. Shards own contiguous ranges of slots. Pure functions; any thread.
 */
public final class KeySlots {

    /** Number of slots. */
    public static final int SLOTS = 16_384;

    /** Name of the slot function, as recorded in a data directory. */
    public static final String FUNCTION = "crc16-redis-cluster";

    private static final int POLYNOMIAL = 0x1021;
    private static final char[] TABLE = table();

    private KeySlots() {}

    /** The key's slot, 0 to {@link #SLOTS} - 1. */
    public static int slot(byte[] key) {
        int open = indexOf(key, '{', 0);
        if (open >= 0) {
            int close = indexOf(key, '}', open + 1);
            if (close > open + 1) {
                return crc16(key, open + 1, close) & (SLOTS - 1);
            }
        }
        return crc16(key, 0, key.length) & (SLOTS - 1);
    }

    /**
     * The shard that owns the key.
     *
     * @param shards number of shards, 1 to {@link #SLOTS}
     */
    public static int shard(byte[] key, int shards) {
        return shards == 1 ? 0 : slot(key) * shards / SLOTS;
    }

    /** CRC-16/XMODEM of {@code bytes[from..to)}: polynomial 0x1021, initial value 0, not reflected. */
    static int crc16(byte[] bytes, int from, int to) {
        int crc = 0;
        for (int i = from; i < to; i++) {
            crc = (crc << 8 & 0xFFFF) ^ TABLE[(crc >>> 8 ^ bytes[i]) & 0xFF];
        }
        return crc;
    }

    private static int indexOf(byte[] bytes, char target, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == target) {
                return i;
            }
        }
        return -1;
    }

    private static char[] table() {
        char[] table = new char[256];
        for (int i = 0; i < table.length; i++) {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) == 0 ? crc << 1 : crc << 1 ^ POLYNOMIAL;
            }
            table[i] = (char) crc;
        }
        return table;
    }
}
