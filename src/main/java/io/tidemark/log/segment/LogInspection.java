package io.tidemark.log.segment;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import io.tidemark.log.LogEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Validates a shard's whole log by the rules of {@link Recovery}, read-only. Blocks. */
public final class LogInspection {
    private final LogDirectory directory;
    private final EntryCheck check;
    private final List<String> problems = new ArrayList<>();
    private int segments;
    private long bytes;
    private long entries;
    private long firstIndex;
    private long lastIndex;
    private long tornBytes;
    private long unmarkedEntries;

    private LogInspection(LogDirectory directory, EntryCheck check) {
        this.directory = directory;
        this.check = check;
    }

    /** Validates an entry's payload beyond its checksum. */
    @FunctionalInterface
    public interface EntryCheck {
        /**
         * Validates one entry.
         *
         * @throws IOException naming what is wrong with it
         */
        void check(LogEntry entry) throws IOException;
    }

    /**
     * The result of an inspection.
     *
     * @param segments number of segment files
     * @param bytes their total length
     * @param entries number of valid entries
     * @param firstIndex index of the first entry; {@code lastIndex + 1} if there are no entries
     * @param lastIndex index of the last entry
     * @param releasedIndex entries up to here may no longer exist
     * @param tornBytes bytes of entries that were being written at a crash and never acknowledged
     * @param unmarkedEntries number of entries at the end that the next start rewrites before it trusts them
     * @param problems damage found: the file, where, and what to do
     */
    public record Report(
            int segments,
            long bytes,
            long entries,
            long firstIndex,
            long lastIndex,
            long releasedIndex,
            long tornBytes,
            long unmarkedEntries,
            List<String> problems) {}

    /**
     * Inspects a log.
     *
     * @param path the log's directory; need not exist if nothing was ever written
     * @param dataDirectory the id that every file must carry
     * @param shard the number that every file must carry
     * @param durableIndex durable index of the data files; -1 if unknown
     * @throws IOException if a file can't be read
     */
    public static Report of(Disk disk, Path path, UUID dataDirectory, int shard, long durableIndex, EntryCheck check)
            throws IOException {
        return new LogInspection(new LogDirectory(disk, path, dataDirectory, shard), check).run(durableIndex);
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    /** Runs a check; returns false if it found damage, which is added to the problems. */
    private boolean passes(Step step) throws IOException {
        try {
            step.run();
            return true;
        } catch (CorruptionException damaged) {
            problems.add(String.valueOf(damaged.getMessage()));
            return false;
        }
    }

    private Report run(long givenDurable) throws IOException {
        Recovery rules = new Recovery(directory, Preallocator.NONE, () -> 0);
        List<Long> ids = LogDirectory.segmentIds(directory.names());
        ControlFile control;
        try {
            control = directory.readControl();
        } catch (CorruptionException damaged) {
            problems.add(String.valueOf(damaged.getMessage()));
            return report(0);
        }
        if (control == null) {
            passes(() -> rules.requireNothing(ids, Math.max(0, givenDurable)));
            return report(0);
        }
        long durable = givenDurable < 0 ? control.releasedIndex() : givenDurable;
        passes(() -> rules.checkReleased(control, durable));
        List<SegmentHeader> headers = new ArrayList<>();
        if (!passes(() -> headers.addAll(rules.headers(control, ids)))) {
            return report(control.releasedIndex());
        }
        if (!headers.isEmpty()) {
            firstIndex = headers.get(0).firstIndex();
            lastIndex = firstIndex - 1;
            passes(() -> rules.checkStart(headers.get(0), control, durable));
        }
        boolean whole = true;
        for (int i = 0; i < headers.size(); i++) {
            SegmentHeader header = headers.get(i);
            SegmentHeader next = i + 1 < headers.size() ? headers.get(i + 1) : null;
            whole &= passes(() -> {
                if (next == null) {
                    readLast(header);
                } else {
                    readSealed(header, next);
                }
            });
        }
        if (whole) {
            passes(() -> rules.checkEnd(lastIndex, durable));
        }
        return report(control.releasedIndex());
    }

    private void readSealed(SegmentHeader header, SegmentHeader next) throws IOException {
        Path path = directory.segment(header.id());
        try (DiskFile file = directory.open(header.id())) {
            count(file);
            FrameReader reader = new FrameReader(file, header, next.previousEnd());
            read(reader, path);
            if (reader.nextOffset() != next.previousEnd() || reader.nextIndex() - 1 != next.previousLastIndex()) {
                throw new CorruptionException(path + ": bad frame at offset " + reader.nextOffset() + " where entry "
                        + reader.nextIndex() + " is expected, but entries up to " + next.previousLastIndex()
                        + ", to offset " + next.previousEnd() + ", were durable when segment " + next.id()
                        + " was created; durable data is damaged: restore the log from a copy");
            }
            lastIndex = next.previousLastIndex();
        }
    }

    private void readLast(SegmentHeader header) throws IOException {
        Path path = directory.segment(header.id());
        try (DiskFile file = directory.open(header.id())) {
            count(file);
            TailScan scan = TailScan.of(file, path, header);
            lastIndex = scan.lastIndex();
            tornBytes = scan.tornBytes();
            unmarkedEntries = scan.lastIndex() - Recovery.provenIndex(header, scan);
            read(new FrameReader(file, header, scan.end()), path);
        }
    }

    private void count(DiskFile file) throws IOException {
        segments++;
        bytes += file.size();
    }

    private void read(FrameReader reader, Path path) throws IOException {
        while (reader.next()) {
            if (!reader.isEntry()) {
                continue;
            }
            entries++;
            try {
                check.check(reader.entry());
            } catch (IOException unknown) {
                throw new CorruptionException(path + ": entry " + reader.index()
                        + " has a valid checksum, but contents that this version does not write: "
                        + unknown.getMessage()
                        + "; was it written by a newer version?");
            }
        }
    }

    private Report report(long releasedIndex) {
        return new Report(
                segments,
                bytes,
                entries,
                Math.max(firstIndex, 1),
                lastIndex,
                releasedIndex,
                tornBytes,
                unmarkedEntries,
                List.copyOf(problems));
    }
}
