package io.tidemark.reload;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Accepts a configuration only when two reads in a row, some time apart, are equal. A file that is rewritten in place
 * can be read halfway: empty, cut short, or as a shorter configuration that looks complete and would reset the missing
 * keys to their defaults.
 *
 * <p>The watcher reports every result to {@link #observe}. A retriever reports nothing when an unreadable file comes
 * back unchanged, so after a failure this class reads by itself, at growing intervals. {@link #readNow} requests a read
 * at once. All calls and callbacks run on one thread.
 */
final class Debounce {
    private static final int MAX_DOUBLINGS = 3;

    /** Injected time. */
    interface Timers {
        /** Runs a task once after a delay; returns what cancels it. */
        Runnable after(long delayMillis, Runnable task);
    }

    private final Timers timers;
    private final Supplier<Future<JsonObject>> read;
    private final Function<JsonObject, Object> view;
    private final long debounceMs;
    private final Consumer<ReadResult> onStable;
    private @Nullable ReadResult stable;
    private @Nullable ReadResult candidate;
    private final List<Runnable> requests = new ArrayList<>();
    private final List<Runnable> requestsOfCurrentRead = new ArrayList<>();
    private @Nullable Runnable timer;
    private long readId;
    private boolean isReading;
    private int failures;

    /**
     * @param read reads the configuration; completes on the same thread
     * @param view the part of a configuration that is compared; the rest may differ at each read
     * @param onStable called with each stable result that differs from the one before
     */
    Debounce(
            Timers timers,
            Supplier<Future<JsonObject>> read,
            Function<JsonObject, Object> view,
            long debounceMs,
            Consumer<ReadResult> onStable) {
        this.timers = timers;
        this.read = read;
        this.view = view;
        this.debounceMs = debounceMs;
        this.onStable = onStable;
    }

    /** Takes a result that the watcher has read. */
    void observe(ReadResult result) {
        if (candidate == null ? same(result, stable) : same(result, candidate)) {
            return;
        }
        evaluate(result);
    }

    /**
     * Reads at once, unless the read that confirms a candidate is already due: repeated calls do not postpone that one.
     *
     * @param done called when a read that began after this call has an outcome: the result is stable and has been
     *     passed on, or equals the stable one; never after {@link #close}
     */
    void readNow(Runnable done) {
        requests.add(done);
        readIfRequested();
    }

    /** Stops reading; pending requests are dropped. */
    void close() {
        cancel();
        requests.clear();
    }

    private void evaluate(ReadResult result) {
        if (same(result, stable)) {
            candidate = null;
            scheduleNext();
            completeRequests();
        } else {
            candidate = result;
            scheduleRead(debounceMs);
        }
    }

    private void onRead(ReadResult result) {
        boolean confirmed = candidate != null && (same(result, candidate) || bothFailed(result, candidate));
        if (confirmed && !same(result, stable)) {
            candidate = null;
            stable = result;
            failures = 0;
            scheduleNext();
            onStable.accept(result);
            completeRequests();
        } else {
            evaluate(result);
        }
    }

    private void scheduleNext() {
        if (stable instanceof ReadResult.Failure) {
            scheduleRead(debounceMs << Math.min(failures, MAX_DOUBLINGS));
            failures++;
        } else {
            cancel();
        }
    }

    private void scheduleRead(long delayMillis) {
        cancel();
        long id = readId;
        timer = timers.after(delayMillis, () -> startRead(id));
    }

    private void readIfRequested() {
        if (!requests.isEmpty() && candidate == null && !isReading) {
            cancel();
            startRead(readId);
        }
    }

    private void completeRequests() {
        List<Runnable> completed = List.copyOf(requestsOfCurrentRead);
        requestsOfCurrentRead.clear();
        completed.forEach(Runnable::run);
        readIfRequested();
    }

    private void startRead(long id) {
        isReading = true;
        requestsOfCurrentRead.addAll(requests);
        requests.clear();
        Future<JsonObject> reading;
        try {
            reading = read.get();
        } catch (RuntimeException e) {
            reading = Future.failedFuture(e);
        }
        reading.onComplete(done -> {
            if (id == readId) {
                isReading = false;
                onRead(done.succeeded() ? new ReadResult.Success(done.result()) : ReadResult.Failure.of(done.cause()));
            }
        });
    }

    /** Discards the timer and the read in progress. */
    private void cancel() {
        readId++;
        if (isReading) {
            isReading = false;
            requests.addAll(requestsOfCurrentRead);
            requestsOfCurrentRead.clear();
        }
        if (timer != null) {
            timer.run();
            timer = null;
        }
    }

    private static boolean bothFailed(ReadResult one, ReadResult other) {
        return one instanceof ReadResult.Failure && other instanceof ReadResult.Failure;
    }

    private boolean same(ReadResult one, @Nullable ReadResult other) {
        if (one instanceof ReadResult.Success read && other instanceof ReadResult.Success earlier) {
            return Objects.equals(view.apply(read.config()), view.apply(earlier.config()));
        }
        return one.equals(other);
    }
}
