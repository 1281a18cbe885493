package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code checkpoint.pacing_bytes} makes a checkpoint ask of the kernel. */
@Timeout(90)
class PacedWriteBackIT {
    private static final int VALUE_BYTES = 10_000;
    private static final int SETS = 1_000;
    private static final long STEP_BYTES = 256 << 10;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path dir;

    @BeforeAll
    static void needsStrace() {
        Faults.requireProgram("strace");
    }

    @Test
    void save_pacedOrNot_writesBackInStepsBeforeTheForceOrInNone() throws IOException {
        List<String> paced = syncsOfSave("paced", Long.toString(STEP_BYTES));
        List<String> unpaced = syncsOfSave("unpaced", "0");
        // of a key that is set twice in one log entry only the last value becomes a record: the file shows how much
        // there is
        List<Path> files = new DataDirectory(dir.resolve("paced")).dataFiles();
        assertThat(files).hasSize(1);
        long bytes = Files.size(files.get(0));
        assertThat(bytes).isGreaterThan(SETS * VALUE_BYTES / 2);
        System.out.println("PacedWriteBackIT: paced " + paced.size() + " syncs, unpaced " + unpaced);
        assertThat(unpaced).contains("fdatasync").doesNotContain("msync");
        long steps = paced.stream().filter("msync"::equals).count();
        assertThat(steps).as("one for each step of the file").isEqualTo((bytes + STEP_BYTES - 1) / STEP_BYTES);
        assertThat(paced.indexOf("fdatasync"))
                .as("the force comes behind all steps")
                .isGreaterThan(paced.lastIndexOf("msync"));
    }

    /** Names of the calls that sync data files, in order, of one SAVE after about 10 MB of SETs to one shard. */
    private List<String> syncsOfSave(String name, String pacingBytes) throws IOException {
        try (NodeProcess node = NodeProcess.in(dir.resolve(name))
                        .set("shards", "1")
                        .set("checkpoint.interval_ms", "600000")
                        .set("checkpoint.max_delay_ms", "600000")
                        .set("checkpoint.pacing_bytes", pacingBytes)
                        .start();
                RespClient client = node.client()) {
            new SetLoad(node.port(), 2, 16, VALUE_BYTES, SetLoad.keys("k", 100)).run(SETS);
            List<SyscallTrace.Call> calls;
            try (SyscallTrace trace =
                    SyscallTrace.attach(node.pid(), "msync,fdatasync,fsync", dir.resolve(name + ".trace"))) {
                assertThat(client.text("SAVE")).isEqualTo("OK");
                calls = trace.detach();
            }
            assertThat(node.stop()).isZero();
            return calls.stream()
                    .filter(call -> call.name().equals("msync") || call.path().endsWith(".data"))
                    .map(SyscallTrace.Call::name)
                    .toList();
        }
    }
}
