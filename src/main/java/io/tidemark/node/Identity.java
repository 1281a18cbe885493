package io.tidemark.node;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import io.tidemark.redis.KeySlots;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * The identity of a directory: the file {@code TIDEMARK} in the data directory, and in a separate log directory.
 * Both contain the same random id, so that a volume of another node, or one that isn't mounted, is detected.
 *
 * <p>It is a text in US-ASCII; each line ends with LF; the last line is the CRC-32C of all bytes before it:
 *
 * <pre>
 * tidemark data            or: tidemark log
 * format 1
 * id 3f0c7a52-6f0e-4f5e-9d4e-0f6e6c1c2b7a
 * shards 4
 * slots crc16-redis-cluster
 * logs inside              or: elsewhere, or pending
 * crc32c 9ae1f0c2
 * </pre>
 *
 * <p>It is written by {@link Disk#replace}. {@code pending} stands from the first start until the log directory has its
 * own file: until then nothing has been written to either.
 *
 * @param role which of the two directories
 * @param id random, made at the first start
 * @param shards number of shards
 * @param slots the function that maps a key to a slot, and so to its shard
 * @param logs where the logs are
 */
record Identity(Role role, UUID id, int shards, String slots, Logs logs) {
    /** The file's name. */
    static final String FILE = "TIDEMARK";

    /** The only slot function so far: CRC16 of the key or its hash tag, as in a Redis cluster. */
    static final String CRC16_SLOTS = KeySlots.FUNCTION;

    private static final int FORMAT = 1;
    private static final int MAX_BYTES = 4096;
    private static final Pattern FORMAT_LINE = Pattern.compile("tidemark (?:data|log)\nformat ([0-9]{1,9})\n[\\s\\S]*");
    private static final Pattern TEXT = Pattern.compile(
            """
            tidemark (data|log)
            format 1
            id ([0-9a-f-]{36})
            shards ([0-9]{1,9})
            slots (\\S+)
            logs (inside|elsewhere|pending)
            """);
    private static final Pattern CHECKED = Pattern.compile("([\\s\\S]*\n)crc32c ([0-9a-f]{8})\n");

    /** Which directory a file is in. */
    enum Role {
        /** The data directory. */
        DATA,
        /** A log directory elsewhere. */
        LOG
    }

    /** Where the logs are. */
    enum Logs {
        /** In the data directory. */
        INSIDE,
        /** In a directory of their own, which has its file. */
        ELSEWHERE,
        /** In a directory of their own, which may not have its file yet. */
        PENDING
    }

    /** The same with another place of the logs. */
    Identity with(Logs place) {
        return new Identity(role, id, shards, slots, place);
    }

    /** The identity of the log directory that belongs to this data directory. */
    Identity ofLogDirectory() {
        return new Identity(Role.LOG, id, shards, slots, Logs.ELSEWHERE);
    }

    /** Writes the file durably. Blocks. */
    void write(Disk disk, Path directory) throws IOException {
        String text = String.format(
                Locale.ROOT,
                """
                tidemark %s
                format %d
                id %s
                shards %d
                slots %s
                logs %s
                """,
                lowerCase(role),
                FORMAT,
                id,
                shards,
                slots,
                lowerCase(logs));
        disk.replace(
                directory.resolve(FILE),
                (text + "crc32c " + checksum(text) + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * Reads the file; empty if it does not exist. Blocks.
     *
     * @throws CorruptionException if it is damaged
     * @throws DataDirectoryException if it can't be read, or was written in a format that this version doesn't know
     */
    static Optional<Identity> read(Disk disk, Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (!disk.exists(file)) {
            return Optional.empty();
        }
        String text;
        try {
            text = new String(disk.readAll(file, MAX_BYTES), StandardCharsets.ISO_8859_1);
        } catch (IOException unreadable) {
            throw new DataDirectoryException(file + " can't be read", unreadable);
        }
        Matcher checked = CHECKED.matcher(text);
        if (!checked.matches() || !checked.group(2).equals(checksum(checked.group(1)))) {
            throw new CorruptionException(
                    file + " is damaged: its checksum doesn't match its contents (" + text.length()
                            + " bytes). It names the data directory's id; put it back from a backup of the same directory");
        }
        Matcher format = FORMAT_LINE.matcher(text);
        if (format.matches() && Integer.parseInt(format.group(1)) != FORMAT) {
            throw new DataDirectoryException(file + " has format " + format.group(1) + ", this version knows format "
                    + FORMAT + "; start the version that wrote it, or a newer one");
        }
        Matcher fields = TEXT.matcher(checked.group(1));
        if (!fields.matches()) {
            throw new CorruptionException(
                    file + " has a valid checksum but isn't the identity of a Tidemark directory");
        }
        return Optional.of(new Identity(
                Role.valueOf(fields.group(1).toUpperCase(Locale.ROOT)),
                UUID.fromString(fields.group(2)),
                Integer.parseInt(fields.group(3)),
                fields.group(4),
                Logs.valueOf(fields.group(5).toUpperCase(Locale.ROOT))));
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static String checksum(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.ISO_8859_1));
        return String.format(Locale.ROOT, "%08x", crc.getValue());
    }
}
