package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** I9 for a thousand shards at default options, as the kernel sees it: who is not written to costs next to nothing. */
@Timeout(120)
class IdleCheckpointersIT {
    private static final String CALLS = "epoll_wait,fsync,fdatasync,msync,sync_file_range,sync,syncfs";
    private static final Duration ONE_INTERVAL = Duration.ofSeconds(10);
    /** As the kernel cuts the name of {@code vert.x-eventloop-thread-0}. */
    private static final String EVENT_LOOP = "vert.x-eventloo";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private Process process;

    @SuppressWarnings("NullAway.Init")
    private BufferedWriter orders;

    @SuppressWarnings("NullAway.Init")
    private BufferedReader answers;

    @BeforeEach
    void start() throws Exception {
        Faults.requireProgram("strace");
        Path tests = Path.of(IdleCheckpointers.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        NodeProcess.Builder.jar() + ":" + tests,
                        IdleCheckpointers.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        orders = process.outputWriter(StandardCharsets.UTF_8);
        answers = process.inputReader(StandardCharsets.UTF_8);
    }

    @AfterEach
    void stop() throws Exception {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    private void order(String order) throws IOException {
        orders.write(order + "\n");
        orders.flush();
        assertThat(answers.readLine()).isEqualTo("done: " + order);
    }

    private Set<Integer> eventLoops() throws IOException {
        Set<Integer> found = new HashSet<>();
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
            for (Path thread : threads.toList()) {
                if (Files.readString(thread.resolve("comm")).strip().equals(EVENT_LOOP)) {
                    found.add(Integer.parseInt(thread.getFileName().toString()));
                }
            }
        }
        return found;
    }

    private static boolean isSync(SyscallTrace.Call call) {
        return !call.name().equals("epoll_wait");
    }

    private static long count(List<SyscallTrace.Call> calls, Predicate<SyscallTrace.Call> which) {
        return calls.stream().filter(which).count();
    }

    @Test
    void thousandIdleCheckpointers_wakeTheEventLoopsLessThanFiveTimesASecondAndForceNothing() throws Exception {
        order("deploy one 1");
        TimeUnit.SECONDS.sleep(1); // the last wake-ups of the deployment
        double one = waitsASecond(ONE_INTERVAL);

        order("deploy many 999");
        TimeUnit.SECONDS.sleep(1); // the last wake-ups of the deployment
        Set<Integer> loops = eventLoops();
        Instant begun;
        Instant written;
        List<SyscallTrace.Call> calls;
        try (SyscallTrace trace = SyscallTrace.attach(process.pid(), CALLS, directory.resolve("many"))) {
            begun = Instant.now();
            Thread.sleep(ONE_INTERVAL.toMillis());
            written = Instant.now();
            order("write many 500");
            Thread.sleep(ONE_INTERVAL.plusMillis(750).toMillis());
            calls = trace.detach();
        }
        List<SyscallTrace.Call> idle = calls.stream()
                .filter(call -> call.time().isAfter(begun) && call.time().isBefore(written))
                .toList();
        double thousand =
                count(idle, call -> loops.contains(call.thread()) && !isSync(call)) / (double) ONE_INTERVAL.toSeconds();
        long syncs = count(idle, IdleCheckpointersIT::isSync);
        long syncsAfterOneWrite = count(calls, IdleCheckpointersIT::isSync) - syncs;
        System.out.printf(
                "IdleCheckpointersIT: epoll_wait a second on %d event loops: %.1f with one checkpointer, %.1f with 1,000;"
                        + " syncs in %d s: %d; after one write: %d%n",
                loops.size(), one, thousand, ONE_INTERVAL.toSeconds(), syncs, syncsAfterOneWrite);
        assertThat(loops).as("event loops").hasSize(4);
        assertThat(thousand).as("they do tick: ten phases an interval").isGreaterThanOrEqualTo(1.0);
        assertThat(thousand - one).isLessThanOrEqualTo(5.0);
        assertThat(syncs).isZero();
        assertThat(syncsAfterOneWrite).as("seen by the same trace").isEqualTo(1);
    }

    private double waitsASecond(Duration watched) throws Exception {
        Set<Integer> loops = eventLoops();
        try (SyscallTrace trace = SyscallTrace.attach(process.pid(), CALLS, directory.resolve("one"))) {
            Thread.sleep(watched.toMillis());
            return count(trace.detach(), call -> loops.contains(call.thread()) && !isSync(call))
                    / (double) watched.toSeconds();
        }
    }
}
