package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A writer whose marks go elsewhere: what it applied is durable all the same. Over real files. */
class MisdirectedMarksTest extends RealStores {
    private static final CheckpointOptions NEVER_TICKING = new CheckpointOptions().setIntervalMs(3_600_000);
    private final Vertx other = Vertx.vertx();

    enum Slip {
        ANOTHER_STORE,
        ANOTHER_SHARD,
        ANOTHER_VERTX,
        NO_MARK
    }

    @AfterEach
    void closeOther() throws Exception {
        await(other.close());
    }

    private DirtyCounter counter(Slip slip) {
        return switch (slip) {
            case ANOTHER_STORE -> DirtyCounter.of(vertx, "order", 0);
            case ANOTHER_SHARD -> DirtyCounter.of(vertx, "orders", 1);
            case ANOTHER_VERTX -> DirtyCounter.of(other, "orders", 0);
            case NO_MARK -> new DirtyCounter(System::nanoTime);
        };
    }

    @ParameterizedTest
    @EnumSource
    void I2_syncNow_marksGoneElsewhere_isDurableAndSaysUpToWhere(Slip slip) throws Exception {
        PlainFileStore store = stores(1).get(0);
        Checkpointers checkpointers = proven("orders", NEVER_TICKING, List.of(store));
        for (int i = 0; i < 1_000; i++) {
            store.write(counter(slip));
        }
        assertThat(await(checkpointers.syncNow(0)).durableIndex()).isEqualTo(1_000);
        assertThat(store.durable).isEqualTo(1_000);
    }

    @ParameterizedTest
    @EnumSource
    void I11_close_marksGoneElsewhere_endsDurableAndNamesTheShard(Slip slip) throws Exception {
        PlainFileStore store = stores(1).get(0);
        Checkpointers checkpointers = proven("orders", NEVER_TICKING, List.of(store));
        for (int i = 0; i < 1_000; i++) {
            store.write(counter(slip));
        }
        try (LogLines log = new LogLines()) {
            await(checkpointers.close());
            assertThat(store.durable).isEqualTo(1_000);
            assertThat(log.with("store orders shard 0: index 1000 has been applied, but the last mark is of index 0"))
                    .singleElement()
                    .satisfies(line -> {
                        if (slip == Slip.ANOTHER_STORE) {
                            assertThat(line).contains("Marked, but without a checkpointer: [store ");
                        }
                    });
        }
    }

    @Test
    void of_noShardOrStore_isRefused() {
        assertThatThrownBy(() -> DirtyCounter.of(vertx, "orders", -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("shard -1 of store orders: expected 0 or more");
        assertThatThrownBy(() -> DirtyCounter.of(vertx, "", 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> DirtyCounter.of(vertx, "orders ", 0)).hasMessageContaining("store name `orders `");
    }
}
