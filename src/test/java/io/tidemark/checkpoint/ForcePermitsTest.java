package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForcePermitsTest {
    private final ForcePermits permits = new ForcePermits();
    private final VirtualLoop loop = new VirtualLoop();
    private final List<String> granted = new ArrayList<>();

    private ForcePermits.Ticket request(String name, long deadline) {
        return permits.request(loop, deadline, ticket -> granted.add(name));
    }

    private List<String> granted() {
        loop.runReady();
        return granted;
    }

    /** The caller knows its ticket before the grant arrives, whoever makes the grant possible. */
    @Test
    void grant_always_isCarriedOutLaterOnItsHoldersLoop() {
        permits.limit(1);
        VirtualLoop another = new VirtualLoop();
        List<ForcePermits.Ticket> got = new ArrayList<>();
        ForcePermits.Ticket free = permits.request(loop, 1, got::add);
        assertThat(got).as("granted by its own request").isEmpty();
        loop.runReady();
        assertThat(got).containsExactly(free);
        ForcePermits.Ticket byRelease = permits.request(another, 1, got::add);
        ForcePermits.Ticket byLend = permits.request(another, 2, got::add);
        ForcePermits.Ticket byLimit = permits.request(another, 3, got::add);
        free.release(0);
        byRelease.lend();
        permits.limit(2);
        loop.runReady();
        assertThat(got)
                .as("granted on another loop, or inside release(), lend(), limit()")
                .containsExactly(free);
        another.runReady();
        assertThat(got).containsExactly(free, byRelease, byLend, byLimit);
    }

    @Test
    void request_moreThanTheLimit_waitsInOrderOfDeadline() {
        ForcePermits.Ticket a = request("a", 50);
        ForcePermits.Ticket b = request("b", 60);
        request("late", 90);
        request("soon", 10);
        request("sooner", 5);
        assertThat(granted()).containsExactly("a", "b");
        a.release(1_000);
        b.release(1_000);
        assertThat(granted()).containsExactly("a", "b", "sooner", "soon");
    }

    @Test
    void release_whileWaiting_leavesTheQueue() {
        ForcePermits.Ticket a = request("a", 1);
        request("b", 2);
        ForcePermits.Ticket c = request("c", 3);
        request("d", 4);
        c.release(0);
        a.release(0);
        assertThat(granted()).containsExactly("a", "b", "d");
    }

    @Test
    void limit_raised_servesWhoWaits_lowered_letsHoldersFinish() {
        ForcePermits.Ticket a = request("a", 1);
        ForcePermits.Ticket b = request("b", 2);
        request("c", 3);
        permits.limit(3);
        assertThat(granted()).containsExactly("a", "b", "c");
        permits.limit(1);
        request("d", 4);
        a.release(0);
        b.release(0);
        assertThat(granted()).containsExactly("a", "b", "c");
    }

    @Test
    void expectedWait_growsWithTheQueue() {
        assertThat(permits.expectedWaitNanos()).isZero();
        ForcePermits.Ticket a = request("a", 1);
        a.release(8_000_000);
        request("a", 1);
        request("b", 2);
        long one = permits.expectedWaitNanos();
        request("c", 3);
        assertThat(permits.expectedWaitNanos()).isGreaterThan(one);
    }

    /** With one permit a request waits for one force: as long as they usually take. */
    @Test
    void expectedWait_manyEqualForces_isOfTheirLength() {
        permits.limit(1);
        for (int i = 0; i < 200; i++) {
            request("a", 1).release(8_000_000);
        }
        assertThat(permits.expectedWaitNanos()).as("no permit is held").isZero();
        request("b", 1);
        assertThat(permits.expectedWaitNanos()).isBetween(7_900_000L, 8_000_000L);
        request("c", 1);
        assertThat(permits.expectedWaitNanos()).as("two before it").isBetween(15_800_000L, 16_000_000L);
        permits.limit(2);
        assertThat(permits.expectedWaitNanos()).as("one before it, two at once").isBetween(3_900_000L, 4_000_000L);
    }

    @Test
    void lend_anyNumberHangs_nobodyElseWaitsForThem() {
        for (int hung = 0; hung < 1_000; hung++) {
            request("hangs", 1).lend();
        }
        granted().clear();
        request("a", 2);
        request("b", 3);
        request("c", 4);
        assertThat(granted()).containsExactly("a", "b");
        assertThat(permits).hasToString("2 of 2 permits are held, 1000 forces hang and hold none, 1 wait");
    }

    @Test
    void release_ofALentPermit_givesNobodyASecondOne() {
        List<ForcePermits.Ticket> hung = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ForcePermits.Ticket ticket = request("hangs", 1);
            ticket.lend();
            ticket.lend();
            hung.add(ticket);
        }
        request("a", 2);
        request("b", 3);
        request("waits", 4);
        granted().clear();
        hung.forEach(ticket -> ticket.release(60_000_000_000L));
        assertThat(granted()).as("both permits are held").isEmpty();
        assertThat(permits.lent()).isZero();
        assertThat(permits.expectedWaitNanos())
                .as("a force that hung says nothing of the others")
                .isZero();
    }

    @Test
    void patience_sumOverManyThatHang_isBounded() {
        long held = 0;
        for (int hung = 0; hung < 1_000; hung++) {
            long patience = ForcePermits.lendAfterMillis(5_000, hung);
            assertThat(patience).isPositive();
            held += patience;
        }
        assertThat(ForcePermits.lendAfterMillis(5_000, 0)).isEqualTo(5_000);
        assertThat(held).as("ms for which 1,000 that hang hold one permit").isLessThan(40_000);
    }

    @Test
    void hasten_ticketThatWaits_isServedByItsNewDeadline() {
        ForcePermits.Ticket a = request("a", 1);
        ForcePermits.Ticket b = request("b", 2);
        request("c", 50);
        ForcePermits.Ticket late = request("late", 90);
        assertThat(permits.hasten(late, 95)).as("later than it was").isFalse();
        assertThat(permits.hasten(late, 10)).isTrue();
        assertThat(permits.hasten(a, 0)).as("it waits no more").isFalse();
        a.release(0);
        b.release(0);
        assertThat(granted()).containsExactly("a", "b", "late", "c");
    }
}
