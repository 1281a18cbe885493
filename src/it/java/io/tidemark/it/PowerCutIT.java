package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.it.disk.LoopDisk;
import io.tidemark.it.disk.NothingLeft;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** I1: what was acknowledged outlives the power, on a real file system. */
@Timeout(60)
@ExtendWith(NothingLeft.class)
class PowerCutIT {

    @ParameterizedTest
    @EnumSource
    void powerCut_underLoad_losesNoAcknowledgedWrite(LoopDisk.Kind kind) throws Exception {
        LongAdder acknowledged = new LongAdder();
        AcknowledgementRecorder recorder = new AcknowledgementRecorder(0, 200, 10, acknowledged);
        long seed = System.nanoTime();
        System.out.println("PowerCutIT: seed " + seed);
        LoadClient load = new LoadClient(recorder, new SplittableRandom(seed), 32);
        try (LoopDisk disk = LoopDisk.of(kind).mib(320).make()) {
            NodeProcess.Builder builder = NodeProcess.in(disk.root().resolve("data"))
                    .set("checkpoint.interval_ms", "200")
                    .set("log.segment_bytes", "1MiB");
            try (NodeProcess node = builder.start()) {
                int port = node.port();
                CompletableFuture<Boolean> running = CompletableFuture.supplyAsync(() -> load.run(port, () -> false));
                while (acknowledged.sum() < 3_000 && !running.isDone()) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                }
                node.sigstop();
                disk.powerCut();
                node.sigkill();
                assertThat(running.get(20, TimeUnit.SECONDS))
                        .as("the load went on until the cut")
                        .isFalse();
            }
            disk.remount();
            try (NodeProcess node = builder.start();
                    RespClient client = node.client()) {
                RestartCheck.run(client, recorder);
                assertThat(recorder.violations()).isEmpty();
                assertThat(acknowledged.sum()).isGreaterThanOrEqualTo(3_000);
                assertThat(node.stop()).as(node.stderr()).isZero();
            }
        }
    }
}
