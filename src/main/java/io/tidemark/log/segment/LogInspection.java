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

/** Reads a shard's log as a whole, by the rules of {@link Recovery}, and changes nothing. Blocks. */
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

    /** What an entry's payload must be, beyond its checksum. */
    @FunctionalInterface
    public interface EntryCheck {
        /**
         * Looks at one.
         *
         * @throws IOException saying what is wrong with it
         */
        void check(LogEntry entry) throws IOException;
    }

    /**
     * What was found.
     *
     * @param segments files of it
     * @param bytes their lengths
     * @param entries good ones
     * @param firstIndex of the first entry that is there; {@code lastIndex + 1} if there is none
     * @param lastIndex of the last one
     * @param releasedIndex entries up to here may be gone
     * @param tornBytes of entries that were being written at a crash and never acknowledged
     * @param unmarkedEntries at the end, which the next start writes anew before it believes them
     * @param problems what is damaged: the file, where, and what to do
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
     * Inspects one.
     *
     * @param path may not exist: nothing was ever written
     * @param dataDirectory the id that every file must carry
     * @param shard the number that every file must carry
     * @param durableIndex up to which the data files are durable; -1 if that is not known
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

    /** False if it found damage, which is noted then. */
    private boolean holds(Step step) throws IOException {
        try {
            step.run();
            return true;
        } catch (CorruptionException damaged) {
            problems.add(String.valueOf(damaged.getMessage()));
            return false;
        }
    }

    private Report run(long givenDurable) throws IOException {
        Recovery rules = new Recovery(directory, ActiveSegment.Ahead.NONE, () -> 0);
        List<Long> ids = LogDirectory.segmentIds(directory.names());
        ControlFile control;
        try {
            control = directory.readControl();
        } catch (CorruptionException damaged) {
            problems.add(String.valueOf(damaged.getMessage()));
            return report(0);
        }
        if (control == null) {
            holds(() -> rules.requireNothing(ids, Math.max(0, givenDurable)));
            return report(0);
        }
        long durable = givenDurable < 0 ? control.releasedIndex() : givenDurable;
        holds(() -> rules.checkReleased(control, durable));
        List<SegmentHeader> headers = new ArrayList<>();
        if (!holds(() -> headers.addAll(rules.headers(control, ids)))) {
            return report(control.releasedIndex());
        }
        if (!headers.isEmpty()) {
            firstIndex = headers.get(0).firstIndex();
            lastIndex = firstIndex - 1;
            holds(() -> rules.checkStart(headers.get(0), control, durable));
        }
        boolean whole = true;
        for (int i = 0; i < headers.size(); i++) {
            SegmentHeader header = headers.get(i);
            SegmentHeader next = i + 1 < headers.size() ? headers.get(i + 1) : null;
            whole &= holds(() -> {
                if (next == null) {
                    readLast(header);
                } else {
                    readClosed(header, next);
                }
            });
        }
        if (whole) {
            holds(() -> rules.checkEnd(lastIndex, durable));
        }
        return report(control.releasedIndex());
    }

    private void readClosed(SegmentHeader header, SegmentHeader next) throws IOException {
        Path path = directory.segment(header.id());
        try (DiskFile file = directory.open(header.id())) {
            count(file);
            FrameReader reader = new FrameReader(file, header, next.previousEnd());
            read(reader, path);
            if (reader.nextOffset() != next.previousEnd() || reader.nextIndex() - 1 != next.previousLastIndex()) {
                throw new CorruptionException(path + ": bad frame at offset " + reader.nextOffset() + " where entry "
                        + reader.nextIndex() + " is expected, but entries up to " + next.previousLastIndex()
                        + ", to offset " + next.previousEnd() + ", were durable when segment " + next.id()
                        + " was made; durable data is damaged: restore the log from a copy");
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
                        + " has a good checksum, but does not hold what this version writes: " + unknown.getMessage()
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
