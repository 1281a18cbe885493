package io.tidemark.it;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** The clients that load one server over all its lives, and what was found wrong with its answers and its data. */
final class LoadClients implements AutoCloseable {
    private static final Duration END_LIMIT = Duration.ofSeconds(30);

    private final List<LoadClient> clients;
    private final LongAdder acknowledged;
    private final ExecutorService threads;
    private final List<String> violations = new ArrayList<>();
    private long checkedKeys;

    /**
     * @param clients each with a recorder of its own
     * @param acknowledged which all their recorders count in
     */
    LoadClients(List<LoadClient> clients, LongAdder acknowledged) {
        this.clients = clients;
        this.acknowledged = acknowledged;
        this.threads = Executors.newFixedThreadPool(clients.size());
    }

    /** Sums over all lives and clients. */
    record Figures(long sent, long acknowledged, long refused, long reads, long refusedReads, long checkedKeys) {}

    /** Clients at work in one life of the server. */
    final class Load {
        private final long before = acknowledged.sum();
        private final List<Future<?>> running = new ArrayList<>();

        private Load(int port) {
            for (LoadClient client : clients) {
                running.add(threads.submit(() -> client.run(port, () -> false)));
            }
        }

        /** Whether so many writes were acknowledged, all in all, before the limit and before a connection broke. */
        boolean awaitAcknowledged(long writes, Duration limit) {
            long deadlineNanos = System.nanoTime() + limit.toNanos();
            while (acknowledged() < writes && System.nanoTime() - deadlineNanos < 0 && !hasEnded()) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
            return acknowledged() >= writes;
        }

        /** Writes acknowledged so far. */
        long acknowledged() {
            return acknowledged.sum() - before;
        }

        /** Whether a connection has broken. */
        boolean hasEnded() {
            return running.stream().anyMatch(Future::isDone);
        }

        /** Waits until every connection has broken. */
        void awaitEnd() throws IOException {
            for (Future<?> one : running) {
                try {
                    one.get(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
                } catch (ExecutionException e) {
                    throw new IOException("a load client failed", e.getCause());
                } catch (TimeoutException e) {
                    throw new IOException("a load client hangs on a dead server", e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException("interrupted", e);
                }
            }
        }
    }

    /** Sets every client to work, until the server is gone. */
    Load start(int port) {
        return new Load(port);
    }

    /** Checks everything that was ever written against what the server has now. */
    void check(int port, String when) throws IOException {
        try (RespClient connection = RespClient.connect(port)) {
            for (LoadClient client : clients) {
                AcknowledgementRecorder recorder = client.recorder();
                take(recorder, "under load, " + when + ": ");
                checkedKeys += RestartCheck.run(connection, recorder);
                take(recorder, "at rest, " + when + ": ");
            }
        }
    }

    private void take(AcknowledgementRecorder recorder, String where) {
        recorder.violations().forEach(text -> violations.add(where + text));
        recorder.violations().clear();
    }

    /** Everything found wrong so far; others may add. */
    List<String> violations() {
        return violations;
    }

    /**
     * Takes the error answers since the last call for violations, but for those that were to be expected; while no client is
     * at work.
     */
    void judgeRefusals(String when, Predicate<String> expected) {
        for (LoadClient client : clients) {
            client.recorder().takeRefusals().stream()
                    .filter(expected.negate())
                    .forEach(text -> violations.add("refused, " + when + ": " + text));
        }
    }

    /** Whether an error answer says that the node is being stopped in order; it may go on with how far it got. */
    static boolean saysStopping(String refusal) {
        return refusal.contains(" is being stopped; the node is shutting down");
    }

    Figures figures() {
        List<AcknowledgementRecorder> recorders =
                clients.stream().map(LoadClient::recorder).toList();
        return new Figures(
                recorders.stream()
                        .mapToLong(AcknowledgementRecorder::sentWrites)
                        .sum(),
                acknowledged.sum(),
                recorders.stream()
                        .mapToLong(AcknowledgementRecorder::refusedWrites)
                        .sum(),
                recorders.stream().mapToLong(AcknowledgementRecorder::reads).sum(),
                recorders.stream()
                        .mapToLong(AcknowledgementRecorder::refusedReads)
                        .sum(),
                checkedKeys);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
