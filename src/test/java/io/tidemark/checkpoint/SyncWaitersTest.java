package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SyncWaitersTest {
    private final SyncException late = new SyncException(SyncFailure.DEADLINE, "late");

    private final SyncWaiters waiting = new SyncWaiters();

    private static void answer(SyncWaiters waiters) {
        waiters.answer(3, 7, 42, 2, 1_000, 5_000_000);
    }

    @Test
    void answer_eachWaiter_getsTheGenerationAndItsOwnWait() {
        Future<SyncResult> first = waiting.add(1_000_000).answer();
        Future<SyncResult> second = waiting.add(4_000_000).answer();
        answer(waiting);
        assertThat(first.result()).isEqualTo(new SyncResult(3, 7, 42, 2, 1_000, 4));
        assertThat(second.result()).isEqualTo(new SyncResult(3, 7, 42, 2, 1_000, 1));
        assertThat(waiting.size()).isZero();
    }

    @Test
    void fail_eachWaiter_isFailedOnce() {
        Future<SyncResult> one = waiting.add(0).answer();
        waiting.fail(SyncFailure.FORCE_FAILED, "the disk");
        answer(waiting);
        assertThat(one.cause()).isInstanceOf(SyncException.class).hasMessage("the disk");
        assertThat(((SyncException) one.cause()).failure()).isEqualTo(SyncFailure.FORCE_FAILED);
    }

    /** A generation answers who came before it began, nobody else. */
    @Test
    void takeAll_whoComesLater_isNotAnsweredByIt() {
        Future<SyncResult> before = waiting.add(0).answer();
        SyncWaiters taken = waiting.takeAll();
        Future<SyncResult> later = waiting.add(0).answer();
        answer(taken);
        assertThat(before.succeeded()).isTrue();
        assertThat(later.isComplete()).isFalse();
        assertThat(waiting.size()).isEqualTo(1);
    }

    /** Nobody waits any more, but the generation that was asked for is still due. */
    @Test
    void expire_anyNumber_leavesOneGenerationDue() {
        Future<SyncResult> first = expired(waiting.add(0));
        Future<SyncResult> second = expired(waiting.add(0));
        assertThat(first.cause()).isSameAs(late);
        assertThat(second.cause()).isSameAs(late);
        assertThat(waiting.size()).as("for both").isEqualTo(1);
        answer(waiting);
        assertThat(waiting.size()).isZero();
    }

    @Test
    void expire_afterItsGroupWasTaken_isDueToThatGroupOnly() {
        SyncWaiters.Waiter waiter = waiting.add(0);
        SyncWaiters taken = waiting.takeAll();
        expired(waiter);
        assertThat(waiting.size()).isZero();
        assertThat(taken.size()).isEqualTo(1);
    }

    @Test
    void expire_afterTheAnswer_changesNothing() {
        SyncWaiters.Waiter waiter = waiting.add(0);
        answer(waiting);
        assertThat(expired(waiter).succeeded()).isTrue();
        assertThat(waiting.size()).isZero();
    }

    /** A generation that was never run hands on what it owes to those who gave up, and nothing else. */
    @Test
    void inherit_ofAGenerationThatDidNotRun_takesOverOnlyWhatExpired() {
        SyncWaiters.Waiter waiter = waiting.add(0);
        SyncWaiters taken = waiting.takeAll();
        waiting.inherit(taken);
        assertThat(waiting.size()).as("its waiter is answered by itself").isZero();
        expired(waiter);
        waiting.inherit(taken);
        assertThat(waiting.size()).isEqualTo(1);
        waiting.inherit(new SyncWaiters());
        assertThat(waiting.size()).as("kept").isEqualTo(1);
    }

    @Test
    void answer_aHandlerAsksAgainAndExpiresAnother_reachesEachOnce() {
        List<Future<SyncResult>> asked = new ArrayList<>();
        SyncWaiters.Waiter first = waiting.add(0);
        SyncWaiters.Waiter second = waiting.add(0);
        first.answer().onComplete(done -> {
            second.expire(late);
            asked.add(waiting.add(0).answer());
        });
        answer(waiting);
        assertThat(first.answer().succeeded()).isTrue();
        assertThat(second.answer().cause()).isSameAs(late);
        assertThat(asked).noneMatch(Future::isComplete);
        assertThat(waiting.size()).as("who asked in the answer").isEqualTo(1);
    }

    private Future<SyncResult> expired(SyncWaiters.Waiter waiter) {
        waiter.expire(late);
        return waiter.answer();
    }
}
