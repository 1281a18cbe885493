package io.tidemark.node;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * The owner of a directory: the file {@code OWNER} in it, and {@code CLAIM}, by which a process asks for it; see {@link Ownership}. A
 * text in US-ASCII; each line ends with LF; behind the last one more LF up to {@value #BYTES} bytes, so that one record can be
 * written over another on a full disk:
 *
 * <pre>
 * tidemark owner 1
 * incarnation 3f0c7a52-6f0e-4f5e-9d4e-0f6e6c1c2b7a
 * machine 9a1f2c0e-…                 the boot of the machine's kernel, or: unknown
 * lock (dev=7:2,ino=131)             the file LOCK as that process saw it, or: unknown
 * process 4711
 * state running                      or: stopped
 * crc32c 9ae1f0c2                    of all lines before
 * </pre>
 *
 * @param incarnation random, new in each process
 * @param machine identifies the boot of the kernel
 * @param lock identifies the locked file on that machine
 * @param process its process id there, for people
 * @param running false once it has stopped in order
 */
record OwnerRecord(UUID incarnation, String machine, String lock, long process, boolean running) {
    /** The size of every record. */
    static final int BYTES = 512;

    /** Stands for an unknown value. */
    static final String UNKNOWN = "unknown";

    private static final Pattern TEXT = Pattern.compile(
            """
            (tidemark owner 1
            incarnation ([0-9a-f-]{36})
            machine (\\S+)
            lock (\\S+)
            process ([0-9]{1,18})
            state (running|stopped)
            )crc32c ([0-9a-f]{8})
            \n*""");

    /** The same process, stopped in order. */
    OwnerRecord stopped() {
        return new OwnerRecord(incarnation, machine, lock, process, false);
    }

    /** Whether this process's lock is on the same file as the other one's was, on the same kernel: then the other process has ended. */
    boolean hadTheLockOf(OwnerRecord own) {
        return !machine.equals(UNKNOWN)
                && !lock.equals(UNKNOWN)
                && machine.equals(own.machine)
                && lock.equals(own.lock);
    }

    /** A description for messages. */
    String name() {
        return "process " + process + " (incarnation " + incarnation + ", machine " + machine + ")";
    }

    /** The file's contents. */
    byte[] encode() {
        String lines = String.format(
                Locale.ROOT,
                "tidemark owner 1\nincarnation %s\nmachine %s\nlock %s\nprocess %d\nstate %s\n",
                incarnation,
                machine,
                lock,
                process,
                running ? "running" : "stopped");
        String text = lines + "crc32c " + checksum(lines) + "\n";
        return (text + "\n".repeat(Math.max(0, BYTES - text.length()))).getBytes(StandardCharsets.US_ASCII);
    }

    /** Decodes a file; empty if it is not a record, or damaged. */
    static Optional<OwnerRecord> decode(byte[] contents) {
        Matcher text = TEXT.matcher(new String(contents, StandardCharsets.ISO_8859_1));
        if (!text.matches() || !text.group(7).equals(checksum(text.group(1)))) {
            return Optional.empty();
        }
        return Optional.of(new OwnerRecord(
                UUID.fromString(text.group(2)),
                text.group(3),
                text.group(4),
                Long.parseLong(text.group(5)),
                text.group(6).equals("running")));
    }

    private static String checksum(String lines) {
        CRC32C crc = new CRC32C();
        crc.update(lines.getBytes(StandardCharsets.US_ASCII));
        return String.format(Locale.ROOT, "%08x", crc.getValue());
    }
}
