package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShardClaimsTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    private static List<ScriptedStore> targets(int count) {
        return Stream.generate(ScriptedStore::new).limit(count).toList();
    }

    private List<ShardClaims.Claim> claim(int first, List<? extends CheckpointTarget> targets) {
        return ShardClaims.claim(vertx, "orders", first, targets);
    }

    @Test
    void claim_shardThatHasACheckpointer_isRefusedByNameUntilItsRelease() {
        List<ShardClaims.Claim> claims = claim(2, targets(2));
        assertThatThrownBy(() -> claim(3, targets(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("store orders shard 3 has a checkpointer already");
        claims.get(1).release();
        claim(3, targets(1));
        assertThatThrownBy(() -> claim(2, targets(1))).hasMessageContaining("store orders shard 2");
    }

    /** All or none: what was claimed before the refusal is free again, shards and targets. */
    @Test
    void claim_oneOfManyIsRefused_leavesTheOthersFree() {
        claim(2, targets(1));
        List<ScriptedStore> targets = targets(3);
        assertThatThrownBy(() -> claim(0, targets)).hasMessageContaining("store orders shard 2");
        assertThat(claim(3, targets)).hasSize(3);
        assertThat(claim(0, targets(2))).hasSize(2);
    }

    @Test
    void claim_targetInUse_isRefusedAndLeavesItsShardFree() {
        List<ScriptedStore> target = targets(1);
        claim(0, target);
        assertThatThrownBy(() -> claim(1, target))
                .hasMessageContaining("store orders shard 1: this target is in use as store orders shard 0");
        assertThat(claim(1, targets(1))).hasSize(1);
    }

    /** A second release must not free what another checkpointer has claimed meanwhile. */
    @Test
    void release_again_doesNotTakeTheNextOnesClaim() {
        List<ScriptedStore> target = targets(1);
        ShardClaims.Claim first = claim(0, target).get(0);
        first.release();
        claim(0, target);
        first.release();
        assertThatThrownBy(() -> claim(0, targets(1))).hasMessageContaining("has a checkpointer already");
        assertThatThrownBy(() -> claim(1, target)).hasMessageContaining("this target is in use");
    }

    @Test
    void I5_condemn_targetIsRefusedForEver_itsShardIsFree() {
        List<ScriptedStore> failed = targets(1);
        ShardClaims.Claim claim = claim(0, failed).get(0);
        claim.condemn();
        claim.release();
        assertThatThrownBy(() -> claim(1, failed))
                .hasMessageContaining("store orders shard 1: a force of this target failed, as store orders shard 0");
        assertThat(claim(0, targets(1))).hasSize(1);
    }

    @Test
    void claim_otherStoreOrOtherVertx_isIndependent() throws Exception {
        claim(0, targets(1));
        assertThat(ShardClaims.claim(vertx, "sessions", 0, targets(1))).hasSize(1);
        Vertx other = Vertx.vertx();
        try {
            assertThat(ShardClaims.claim(other, "orders", 0, targets(1))).hasSize(1);
        } finally {
            other.close().toCompletionStage().toCompletableFuture().get();
        }
    }
}
