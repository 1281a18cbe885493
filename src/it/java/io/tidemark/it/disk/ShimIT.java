package io.tidemark.it.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.it.disk.Shim.Call;
import io.tidemark.it.disk.Shim.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each effect of the shim strikes what it is to strike, nothing else, and ends when the order is lifted. */
@Timeout(60)
@SuppressWarnings("NullAway.Init")
class ShimIT {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @TempDir
    Path dir;

    private Shim shim;
    private FileProbe probe;

    @BeforeEach
    void start() throws IOException {
        shim = Shim.in(dir.resolve("shim"));
        probe = FileProbe.on(Files.createDirectory(dir.resolve("files")).resolve("7.data"), shim);
        assertThat(shim.processes()).as("processes that have loaded it").isEqualTo(1);
    }

    @AfterEach
    void end() {
        if (probe != null) {
            probe.close();
        }
    }

    @Test
    void error_onEachCall_strikesThatCallAndNoOther() throws IOException {
        Map<Call, String> calls = new LinkedHashMap<>();
        calls.put(Call.WRITE, "write");
        calls.put(Call.PWRITE, "pwrite");
        calls.put(Call.PREAD, "pread");
        calls.put(Call.FSYNC, "force metadata");
        calls.put(Call.FDATASYNC, "force");
        calls.put(Call.MSYNC, "force mapping");
        calls.put(Call.FTRUNCATE, "truncate");
        calls.put(Call.CREATE, "create");
        calls.put(Call.RENAME, "rename");
        calls.put(Call.UNLINK, "delete");
        assertThat(calls).as("every call").containsOnlyKeys(Call.values());
        for (Call struck : Call.values()) {
            Shim.Order order = shim.on("*/files/*", struck).error(Errno.EIO);
            for (Map.Entry<Call, String> each : calls.entrySet()) {
                String answer = probe.call(each.getValue());
                if (each.getKey() == struck) {
                    assertThat(answer).as("%s with %s", each, order).contains("Input/output error");
                    order.lift();
                    assertThat(probe.call(each.getValue()))
                            .as("%s after it", each)
                            .startsWith("ok");
                    order = shim.on("*/files/*", struck).error(Errno.EIO);
                } else {
                    assertThat(answer).as("%s with %s", each, order).startsWith("ok");
                }
            }
            order.lift();
        }
    }

    @Test
    void error_ofAnotherFile_strikesNothing() throws IOException {
        Shim.Order other =
                shim.on("*.log", Call.FDATASYNC, Call.FSYNC, Call.PWRITE).error(Errno.EIO);
        assertThat(probe.call("pwrite")).isEqualTo("ok 10");
        assertThat(probe.call("force")).isEqualTo("ok 0");
        assertThat(other.seen()).isZero();
        Shim.Order mine = shim.on("*/7.data", Call.FDATASYNC).error(Errno.ENOSPC);
        assertThat(probe.call("force")).isEqualTo("No space left on device");
        assertThat(mine.strikes()).isEqualTo(1);
    }

    @Test
    void error_ofADirectorysForce_strikesIt() throws IOException {
        Shim.Order order = shim.on("*/files", Call.FSYNC).error(Errno.EIO);
        assertThat(probe.call("force directory")).isEqualTo("Input/output error");
        assertThat(probe.call("force metadata")).as("the file's own").isEqualTo("ok 0");
        order.lift();
        assertThat(probe.call("force directory")).isEqualTo("ok 0");
    }

    @Test
    void skipAndTimes_strikeExactlyThoseCalls() throws IOException {
        Shim.Order order = shim.on("*.data", Call.FDATASYNC).skip(2).times(3).error(Errno.EIO);
        StringBuilder struck = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            struck.append(probe.call("force").equals("ok 0") ? '-' : 'X');
        }
        assertThat(struck).hasToString("--XXX---");
        assertThat(order.strikes()).isEqualTo(3);
        assertThat(order.seen()).isEqualTo(8);
    }

    @Test
    void shorten_writesThatManyBytesAndNoMore() throws IOException {
        Shim.Order order = shim.on("*.data", Call.PWRITE).times(1).shorten(3);
        assertThat(probe.call("pwrite")).isEqualTo("ok 3");
        assertThat(Files.size(dir.resolve("files/7.data"))).isEqualTo(3);
        assertThat(probe.call("pwrite")).isEqualTo("ok 10");
        assertThat(order.strikes()).isEqualTo(1);
    }

    @Test
    void delay_makesTheCallLater() throws IOException {
        shim.on("*.data", Call.PWRITE).delay(Duration.ofMillis(300));
        long begunNanos = System.nanoTime();
        assertThat(probe.call("pwrite")).isEqualTo("ok 10");
        assertThat(Duration.ofNanos(System.nanoTime() - begunNanos)).isBetween(Duration.ofMillis(300), LIMIT);
    }

    @Test
    void delay_lifted_endsAtOnce() throws IOException {
        Shim.Order order = shim.on("*.data", Call.FDATASYNC).delay(Duration.ofHours(1));
        probe.ask("force");
        order.awaitHeld(1, LIMIT);
        order.lift();
        assertThat(probe.answer()).isEqualTo("ok 0");
    }

    @Test
    void hang_holdsTheCallUntilItIsLifted() throws IOException {
        Shim.Order order = shim.on("*.data", Call.FDATASYNC).hang();
        probe.ask("force");
        order.awaitHeld(1, LIMIT);
        assertThat(order.strikes()).isEqualTo(1);
        order.lift();
        assertThat(probe.answer()).isEqualTo("ok 0");
        assertThat(order.held()).isZero();
        assertThat(probe.call("force")).isEqualTo("ok 0");
    }

    @Test
    void hangThenError_failsWhenTheHangIsLifted() throws IOException {
        Shim.Order hang = shim.on("*.data", Call.FDATASYNC).hang();
        shim.on("*.data", Call.FDATASYNC).error(Errno.EIO);
        probe.ask("force");
        hang.awaitHeld(1, LIMIT);
        hang.lift();
        assertThat(probe.answer()).isEqualTo("Input/output error");
    }

    @Test
    void clear_liftsEveryOrder() throws IOException {
        Shim.Order hang = shim.on("*.data", Call.FDATASYNC).hang();
        shim.on("*.data", Call.PWRITE).error(Errno.ENOSPC);
        probe.ask("force");
        hang.awaitHeld(1, LIMIT);
        shim.clear();
        assertThat(probe.answer()).isEqualTo("ok 0");
        assertThat(probe.call("pwrite")).isEqualTo("ok 10");
    }

    @Test
    void orders_hundredsOneAfterAnother_eachStrikes() throws IOException {
        for (int i = 0; i < 600; i++) {
            try (Shim.Order order = shim.on("*.data", Call.PWRITE).error(Errno.EIO)) {
                assertThat(probe.call("pwrite")).isEqualTo("Input/output error");
                assertThat(order.strikes()).isEqualTo(1);
            }
        }
        assertThat(probe.call("pwrite")).isEqualTo("ok 10");
    }
}
