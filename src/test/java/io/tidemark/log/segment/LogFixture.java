package io.tidemark.log.segment;

import io.tidemark.disk.Disk;
import io.tidemark.log.LogApplier;
import io.tidemark.log.LogBatch;
import io.tidemark.log.LogEntry;
import io.tidemark.log.LogHost;
import io.tidemark.log.LogRecovery;
import io.tidemark.log.LogWork;
import io.tidemark.log.RetryLaterException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One shard's log on a recording disk, run by the test's own thread: tasks wait until {@link #runTasks}. A crash is
 * simply a log that is left behind.
 */
final class LogFixture implements LogApplier, LogHost {
    static final UUID ID = new UUID(0x1234, 0x5678);
    static final int SHARD = 3;

    final Path directory;
    final RecordingDisk disk;
    final AtomicLong clock = new AtomicLong(1_000);
    final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    final List<String> applied = new ArrayList<>();
    final List<Long> times = new ArrayList<>();
    final List<IOException> failures = new ArrayList<>();
    final List<IOException> applyFailures = new ArrayList<>();

    /** What the log told its host: "suspended WRITING" and the like. */
    final List<String> hosted = new ArrayList<>();

    /** Tasks that the log has scheduled. */
    final ArrayDeque<Runnable> timers = new ArrayDeque<>();

    /** Whether the host has timers: without them the log can't suspend. */
    boolean waiting;

    /** Whether disk space is ample. */
    boolean ample = true;

    /** Run once when the log asks for disk space. */
    @Nullable
    Runnable ballast;

    /** An entry that can never be applied. */
    @Nullable
    String poison;

    /** An entry that can't be applied yet. */
    @Nullable
    String early;

    /** Run once while the log's thread applies an entry. */
    @Nullable
    Runnable duringRun;

    SegmentLog log;

    /** Files exactly as long as their frames, and none used again. */
    LogFixture(Path directory) {
        this(directory, SegmentLogOptions.DEFAULT_SEGMENT_BYTES);
    }

    LogFixture(Path directory, long segmentBytes) {
        this(directory, segmentBytes, ID, SHARD);
    }

    LogFixture(Path directory, long segmentBytes, UUID id, int shard) {
        this(Disk.real(), directory, new SegmentLogOptions(segmentBytes, 0, 0), id, shard);
    }

    LogFixture(Disk real, Path directory, SegmentLogOptions options, UUID id, int shard) {
        this.directory = directory;
        disk = new RecordingDisk(real);
        log = new SegmentLog(disk, directory, id, shard, options, tasks::add, clock::get, this);
    }

    @Override
    public void failed(IOException cause) {
        failures.add(cause);
    }

    @Override
    public void applyFailed(IOException cause) {
        applyFailures.add(cause);
    }

    @Override
    public boolean ample() {
        return ample;
    }

    @Override
    public boolean makeRoom(LogWork work) {
        Runnable given = ballast;
        ballast = null;
        if (given != null) {
            given.run();
        }
        return given != null;
    }

    @Override
    public boolean schedule(long delayMs, Runnable task) {
        return waiting && timers.add(task);
    }

    @Override
    public void suspended(LogWork work, IOException why) {
        hosted.add("suspended " + work);
    }

    @Override
    public void resumed(LogWork work) {
        hosted.add("resumed " + work);
    }

    @Override
    public void writesRefused(IOException why) {
        hosted.add("refused");
    }

    /** Lets a pause pass. */
    void pause() {
        Runnable due = timers.remove();
        due.run();
        runTasks();
    }

    LogRecovery open(long durableIndex) throws IOException {
        return log.open(durableIndex, this);
    }

    /** Runs every task, those that come meanwhile too. */
    void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    TestBatch queue(@Nullable String text) {
        TestBatch batch = new TestBatch(text);
        log.append(batch);
        return batch;
    }

    /** One group for each text. */
    LogFixture append(@Nullable String... texts) {
        for (String text : texts) {
            queue(text);
            runTasks();
        }
        return this;
    }

    /** One group for all. */
    LogFixture appendTogether(@Nullable String... texts) {
        for (@Nullable String text : texts) {
            queue(text);
        }
        runTasks();
        return this;
    }

    void release(long durableIndex) {
        log.release(durableIndex);
        runTasks();
    }

    void close() {
        var closed = log.close();
        runTasks();
        if (!closed.succeeded()) {
            throw new AssertionError("close failed", closed.cause());
        }
    }

    List<String> read(long from, long to) throws IOException {
        List<String> texts = new ArrayList<>();
        log.read(from, to, entry -> texts.add(entry.index() + "=" + text(entry)));
        return texts;
    }

    @Override
    public void apply(LogEntry entry, @Nullable LogBatch origin) throws IOException {
        String text = text(entry);
        if (text.equals(poison)) {
            throw new IOException("poisoned");
        }
        if (text.equals(early)) {
            throw new RetryLaterException("too early", new IOException("No space left on device"));
        }
        Runnable given = duringRun;
        duringRun = null;
        if (given != null) {
            given.run();
        }
        applied.add(entry.index() + "=" + text);
        times.add(entry.timeMillis());
        disk.note("apply " + entry.index());
        if (origin instanceof TestBatch batch) {
            batch.applies++;
        }
    }

    @Override
    public void applyUnlogged(LogBatch origin) {
        applied.add("unlogged");
        ((TestBatch) origin).applies++;
    }

    /** A new log on the same directory, opened. */
    static LogFixture reopened(Path directory, long durableIndex) throws IOException {
        LogFixture fixture = new LogFixture(directory);
        fixture.open(durableIndex);
        return fixture;
    }

    static String text(LogEntry entry) {
        return StandardCharsets.UTF_8.decode(entry.payload().duplicate()).toString();
    }

    static Path segment(Path directory, int id) {
        return directory.resolve(String.format(java.util.Locale.ROOT, "%010d.log", id));
    }

    static List<String> names(Path directory) throws IOException {
        return Disk.real().list(directory);
    }

    /** A copy of the directory as it is now, as a crash would leave it if the page cache survived. */
    static Path copy(Path directory, Path to) throws IOException {
        Files.createDirectories(to);
        for (String old : Disk.real().list(to)) {
            Files.delete(to.resolve(old));
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return to;
    }

    static void truncate(Path file, long bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(bytes);
        }
    }

    static void flip(Path file, long at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) at] ^= 0x10;
        Files.write(file, bytes);
    }

    static void zero(Path file, long from, long to) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        java.util.Arrays.fill(bytes, (int) from, (int) Math.min(to, bytes.length), (byte) 0);
        Files.write(file, bytes);
    }
}
