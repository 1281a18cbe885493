package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kill loop against a server that keeps its promise, and against one that does not: it must distinguish them. */
class CheckerIT {

    private static final String REDIS =
            "redis-server --port {port} --bind 127.0.0.1 --dir {dir} --save {none} --daemonize no ";

    @BeforeEach
    void needsRedis() {
        Faults.requireProgram("redis-server");
    }

    @Test
    void run_serverThatSyncs_findsNothing(@TempDir Path dir) throws IOException {
        KillLoop.Report report = run(REDIS + "--appendonly yes --appendfsync always", dir);
        assertThat(report.violations()).as(report.toString()).isEmpty();
        assertThat(report.kills()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void run_serverThatForgets_findsIt(@TempDir Path dir) throws IOException {
        KillLoop.Report report = run(REDIS + "--appendonly no", dir);
        assertThat(report.violations()).as(report.toString()).hasSizeGreaterThan(50);
        assertThat(report.violations()).anyMatch(text -> text.contains("holds nothing; expected write"));
        assertThat(report.violations()).anyMatch(text -> text.contains("gone back to 0"));
    }

    @Test
    void trace_serverThatSyncs_seesItsSyncsAndItsIdleness(@TempDir Path dir) throws IOException {
        Faults.requireProgram("strace");
        try (CommandUnderTest redis = new CommandUnderTest(REDIS + "--appendonly yes --appendfsync always", dir)) {
            redis.start();
            SetLoad load = new SetLoad(redis.port(), 10, 16, 128, SetLoad.keys("k", 1_000));
            try (SyscallTrace trace = SyscallTrace.attach(redis.pid(), "fsync,fdatasync", dir.resolve("trace"))) {
                long acknowledged = load.run(3_200);
                List<SyscallTrace.Call> calls = trace.detach();
                assertThat(calls).hasSizeBetween((int) acknowledged / 160 / 2, (int) acknowledged);
                assertThat(calls).allMatch(call -> call.path().endsWith(".aof"));
            }
            try (SyscallTrace trace = SyscallTrace.attach(redis.pid(), "fsync,fdatasync", dir.resolve("idle"))) {
                assertThat(trace.detach()).isEmpty();
            }
        }
    }

    private static KillLoop.Report run(String command, Path dir) throws IOException {
        long seed = System.nanoTime();
        try (ServerUnderTest redis = new CommandUnderTest(command, dir)) {
            KillLoop.Report report = new KillLoop(redis, new KillLoop.Plan(seed, 3, 2, 16, 4_000)).run();
            System.out.println("CheckerIT: " + report);
            return report;
        }
    }
}
