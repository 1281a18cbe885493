package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** I1, I9: what the disk is asked for, as the kernel sees it. */
@Timeout(90)
class SyscallsIT {

    private static final String SYNCS = "fsync,fdatasync,msync,sync_file_range,sync,syncfs";
    private static final int INTERVAL_MS = 1_000;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path dir;

    @BeforeAll
    static void needsStrace() {
        Faults.requireProgram("strace");
    }

    @Test
    void idle_afterACheckpoint_syncsNothingUntilTheNextWrite() throws Exception {
        try (NodeProcess node = NodeProcess.in(dir.resolve("data"))
                        .set("checkpoint.interval_ms", Integer.toString(INTERVAL_MS))
                        .start();
                RespClient client = node.client()) {
            for (int i = 0; i < 100; i++) {
                client.set("k" + i, "v");
            }
            Thread.sleep(2 * INTERVAL_MS + 500);
            Instant written;
            List<SyscallTrace.Call> calls;
            try (SyscallTrace trace = SyscallTrace.attach(node.pid(), SYNCS, dir.resolve("trace"))) {
                Thread.sleep(4 * INTERVAL_MS);
                written = Instant.now();
                client.set("k", "v");
                Thread.sleep(2 * INTERVAL_MS + 500);
                calls = trace.detach();
            }
            assertThat(calls.stream().filter(call -> call.time().isBefore(written)))
                    .as("without writes")
                    .isEmpty();
            assertThat(calls).as("the log's fdatasync").anyMatch(call -> isSync(call, ".log"));
            assertThat(calls).as("the checkpoint").anyMatch(call -> isSync(call, ".data"));
            assertThat(node.stop()).isZero();
        }
    }

    @Test
    void load_pipelined_syncsTheLogInGroupsAndNoDataFile() throws Exception {
        try (NodeProcess node = NodeProcess.in(dir.resolve("data"))
                        .set("checkpoint.interval_ms", "600000")
                        .set("checkpoint.max_delay_ms", "600000")
                        .start();
                RespClient client = node.client()) {
            SetLoad load = new SetLoad(node.port(), 50, 16, 128, SetLoad.keys("k", 10_000));
            load.run(20_000); // warm: files are there, code is compiled
            long acknowledged;
            Instant saved;
            List<SyscallTrace.Call> calls;
            try (SyscallTrace trace = SyscallTrace.attach(node.pid(), SYNCS + ",pwrite64", dir.resolve("trace"))) {
                acknowledged = load.run(20_000);
                saved = Instant.now();
                client.text("SAVE");
                calls = trace.detach();
            }
            List<SyscallTrace.Call> underLoad =
                    calls.stream().filter(call -> call.time().isBefore(saved)).toList();
            long logSyncs = count(underLoad, call -> isSync(call, ".log"));
            System.out.printf(
                    Locale.ROOT,
                    "SyscallsIT: %d SETs acknowledged, %d log syncs (one for %.0f SETs), %d appends to data files, "
                            + "%d syncs of data files; after SAVE %d%n",
                    acknowledged,
                    logSyncs,
                    acknowledged / (double) Math.max(1, logSyncs),
                    count(underLoad, call -> isWrite(call, ".data")),
                    count(underLoad, call -> isSync(call, ".data")),
                    count(calls, call -> isSync(call, ".data")));
            assertThat(underLoad).as("the load reaches the data files").anyMatch(call -> isWrite(call, ".data"));
            assertThat(logSyncs).as("acknowledged means synced").isPositive();
            assertThat(logSyncs).as("group commit").isLessThanOrEqualTo(acknowledged / 50);
            assertThat(underLoad)
                    .as("no generation is due")
                    .noneMatch(call -> isSync(call, ".data") || call.name().equals("msync"));
            assertThat(calls).as("SAVE").anyMatch(call -> isSync(call, ".data"));
        }
    }

    @Test
    void set_oneAtATime_isSyncedBeforeItsAnswer() throws IOException {
        try (NodeProcess node = NodeProcess.in(dir.resolve("data"))
                        .set("checkpoint.interval_ms", "600000")
                        .start();
                RespClient client = node.client()) {
            client.set("warm", "up");
            List<SyscallTrace.Call> calls;
            try (SyscallTrace trace = SyscallTrace.attach(node.pid(), SYNCS, dir.resolve("trace"))) {
                for (int i = 0; i < 100; i++) {
                    client.set("k" + i, "v");
                }
                calls = trace.detach();
            }
            assertThat(count(calls, call -> isSync(call, ".log"))).isGreaterThanOrEqualTo(100);
        }
    }

    private static boolean isSync(SyscallTrace.Call call, String suffix) {
        return call.name().startsWith("f") && call.path().endsWith(suffix);
    }

    private static boolean isWrite(SyscallTrace.Call call, String suffix) {
        return call.name().equals("pwrite64") && call.path().endsWith(suffix);
    }

    private static long count(List<SyscallTrace.Call> calls, Predicate<SyscallTrace.Call> which) {
        return calls.stream().filter(which).count();
    }
}
