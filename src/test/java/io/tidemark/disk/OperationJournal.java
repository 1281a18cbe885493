package io.tidemark.disk;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What was asked of a {@link FaultyDisk}, in the order in which it took effect. Thread-safe. Order is best asserted
 * over {@link #lines()}:
 *
 * <pre>{@code
 * assertThat(disk.journal().lines())
 *         .containsSubsequence("force /d/LOG.new", "rename /d/LOG.new /d/LOG", "force_directory /d");
 * }</pre>
 */
public final class OperationJournal {
    private final List<OperationRecord> records = new ArrayList<>();

    OperationJournal() {}

    synchronized OperationRecord add(
            Operation operation,
            Path path,
            @Nullable Path target,
            long offset,
            long lengthBytes,
            OperationRecord.Outcome outcome) {
        OperationRecord made =
                new OperationRecord(records.size(), operation, path, target, offset, lengthBytes, outcome);
        records.add(made);
        notifyAll();
        return made;
    }

    /** Everything so far. */
    public synchronized List<OperationRecord> records() {
        return List.copyOf(records);
    }

    /** The records of one operation on matching paths, in order. */
    public List<OperationRecord> records(Operation operation, String glob) {
        PathGlob paths = PathGlob.of(glob);
        return select(each -> each.operation() == operation && each.concerns(paths));
    }

    /** How often an operation was done on matching paths, failures included. */
    public int count(Operation operation, String glob) {
        return records(operation, glob).size();
    }

    /** How often an operation failed on matching paths. */
    public int countFailed(Operation operation, String glob) {
        PathGlob paths = PathGlob.of(glob);
        return select(each -> each.operation() == operation
                        && each.concerns(paths)
                        && each.outcome() == OperationRecord.Outcome.FAILED)
                .size();
    }

    /** How many operations there were of any kind: a stand-in for system calls. */
    public synchronized int size() {
        return records.size();
    }

    /** All changing operations as {@linkplain OperationRecord#line() lines}; reads, opens and the like are left out. */
    public List<String> lines() {
        return select(each -> each.operation().isChanging()).stream()
                .map(OperationRecord::line)
                .toList();
    }

    /** Waits, for 20 s at most, until the line is among {@link #lines()}; for what another thread does in its own time. */
    public synchronized void awaitLine(String line) throws InterruptedException {
        long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!lines().contains(line)) {
            long millis = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
            if (millis <= 0) {
                throw new AssertionError("never came: " + line + "\nbut " + lines());
            }
            wait(millis);
        }
    }

    /** Forgets everything so far; numbers start again at 0. */
    public synchronized void clear() {
        records.clear();
    }

    private synchronized List<OperationRecord> select(Predicate<OperationRecord> wanted) {
        return records.stream().filter(wanted).toList();
    }
}
