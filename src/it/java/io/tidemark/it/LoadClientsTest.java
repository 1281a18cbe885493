package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Error answers under load: each is noticed, and only what was to be expected is let pass. */
class LoadClientsTest {

    private final LongAdder acknowledged = new LongAdder();
    private final AcknowledgementRecorder recorder = new AcknowledgementRecorder(1, 2, 1, acknowledged);
    private final LoadClients clients =
            new LoadClients(List.of(new LoadClient(recorder, new SplittableRandom(1), 1)), acknowledged);

    @AfterEach
    void close() {
        clients.close();
    }

    private void readAnswered(String error) {
        Operation.Get.of(recorder.keys().get(0)).answered(new RespClient.Failure(error), recorder);
    }

    private void writeAnswered(String error) {
        Operation.Set.of(recorder.keys().get(0), 100).answered(new RespClient.Failure(error), recorder);
    }

    @Test
    void judgeRefusals_unreadableValue_isNoticed() {
        readAnswered("ERR unreadable: shard 0: 0000000001.data at 17: bad checksum");
        clients.judgeRefusals("after cut 3", LoadClients::saysStopping);
        assertThat(clients.violations())
                .containsExactly(
                        "refused, after cut 3: GET: ERR unreadable: shard 0: 0000000001.data at 17: bad checksum");
        assertThat(clients.figures().refusedReads()).isEqualTo(1);
        assertThat(clients.figures().reads()).isZero();
    }

    @Test
    void judgeRefusals_writesShed_areNoticedOnceForAllThatDifferInNumbers() {
        writeAnswered("DISKPRESSURE shard 0: LOW_SPACE; retry in 5 s");
        writeAnswered("DISKPRESSURE shard 1: LOW_SPACE; retry in 4 s");
        writeAnswered("DISKPRESSURE shard 1: FSYNC_FAILED; retry in 4 s");
        clients.judgeRefusals("before kill 1", LoadClients::saysStopping);
        assertThat(clients.violations())
                .containsExactly(
                        "refused, before kill 1: SET: DISKPRESSURE shard 0: LOW_SPACE; retry in 5 s",
                        "refused, before kill 1: SET: DISKPRESSURE shard 1: FSYNC_FAILED; retry in 4 s");
        assertThat(clients.figures().refused()).isEqualTo(3);
    }

    @Test
    void judgeRefusals_byAStop_passWhereOneWasOrdered() {
        writeAnswered("ERR shard 0 is being stopped; the node is shutting down");
        writeAnswered(
                "ERR shard 2 is being stopped; the node is shutting down; 1 of 3 shards have carried out their part");
        readAnswered("ERR shard 0 is being stopped; the node is shutting down");
        clients.judgeRefusals("after cut 3", LoadClients::saysStopping);
        clients.judgeRefusals("after cut 4", text -> false);
        assertThat(clients.violations()).isEmpty();
        readAnswered("ERR shard 0 is being stopped; the node is shutting down");
        clients.judgeRefusals("after cut 5", text -> false);
        assertThat(clients.violations()).hasSize(1);
    }
}
