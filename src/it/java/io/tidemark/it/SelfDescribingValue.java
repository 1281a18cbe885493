package io.tidemark.it;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/**
 * A value that names the write that made it, so that a torn value, one of another key and one of another write are
 * detected:
 *
 * <pre>
 * tidemark SP key SP sequence SP length SP crc32c(8 hex digits) SP filler...
 * </pre>
 *
 * {@code length} counts the whole value in bytes. The checksum covers everything but itself: what stands before it and
 * the filler, which is pseudo-random bytes (all 256 values) drawn from key and sequence number. Keys hold no spaces.
 */
final class SelfDescribingValue {

    /** The shortest value for keys up to 40 characters, in bytes. */
    static final int MIN_BYTES = 96;

    private static final String MAGIC = "tidemark";
    private static final int CRC_DIGITS = 8;

    private SelfDescribingValue() {}

    /** What was read back. */
    sealed interface Reading {

        /** Whole, and of this write. */
        record Whole(long sequence) implements Reading {}

        /** Torn, foreign, or not a value of ours at all. */
        record Damaged(String why) implements Reading {}
    }

    /**
     * Makes the value of one write.
     *
     * @param key without spaces, ASCII
     * @param sequence number of the write, from 1
     * @param lengthBytes size of the result; made longer if the head needs more
     */
    static byte[] encode(String key, long sequence, int lengthBytes) {
        int needed = MAGIC.length() + key.length() + Long.toString(sequence).length() + CRC_DIGITS + 16;
        int length = Math.max(lengthBytes, needed);
        byte[] head = head(key, sequence, length);
        byte[] value = new byte[length];
        int fillerAt = head.length + CRC_DIGITS + 1;
        byte[] filler = new byte[length - fillerAt];
        new SplittableRandom(key.hashCode() * 31L + sequence).nextBytes(filler);
        System.arraycopy(head, 0, value, 0, head.length);
        System.arraycopy(filler, 0, value, fillerAt, filler.length);
        byte[] crc =
                String.format(Locale.ROOT, "%08x ", crc(head, value, fillerAt)).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(crc, 0, value, head.length, crc.length);
        return value;
    }

    /** Determines which write of {@code key} made {@code value}, or why none can have. */
    static Reading decode(String key, byte[] value) {
        int[] spaces = firstSpaces(value);
        if (spaces[4] < 0) {
            return new Reading.Damaged("no value of ours: " + excerpt(value));
        }
        String[] words = new String(value, 0, spaces[4], StandardCharsets.US_ASCII).split(" ", -1);
        if (!words[0].equals(MAGIC)) {
            return new Reading.Damaged("no value of ours: " + excerpt(value));
        }
        if (!words[1].equals(key)) {
            return new Reading.Damaged("value of the key " + words[1]);
        }
        if (!words[3].equals(Integer.toString(value.length))) {
            return new Reading.Damaged("torn: says " + words[3] + " bytes, has " + value.length);
        }
        byte[] head = Arrays.copyOf(value, spaces[3] + 1);
        String crc = String.format(Locale.ROOT, "%08x", crc(head, value, spaces[4] + 1));
        if (!words[4].equals(crc)) {
            return new Reading.Damaged("torn: checksum " + words[4] + " in the head, " + crc + " over the bytes");
        }
        return new Reading.Whole(Long.parseLong(words[2]));
    }

    private static byte[] head(String key, long sequence, int length) {
        return (MAGIC + ' ' + key + ' ' + sequence + ' ' + length + ' ').getBytes(StandardCharsets.US_ASCII);
    }

    private static int crc(byte[] head, byte[] value, int fillerAt) {
        CRC32C crc = new CRC32C();
        crc.update(head);
        crc.update(value, fillerAt, value.length - fillerAt);
        return (int) crc.getValue();
    }

    /** Where the first five spaces are; -1 for those that are not there. */
    private static int[] firstSpaces(byte[] value) {
        int[] at = {-1, -1, -1, -1, -1};
        int found = 0;
        for (int i = 0; i < value.length && found < at.length; i++) {
            if (value[i] == ' ') {
                at[found++] = i;
            }
        }
        return at;
    }

    private static String excerpt(byte[] value) {
        String start = new String(value, 0, Math.min(40, value.length), StandardCharsets.ISO_8859_1);
        return value.length + " bytes, \"" + start.replaceAll("[^ -~]", "?") + "\"";
    }
}
