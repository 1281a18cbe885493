package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForcePermitsTest {
    private final ForcePermits permits = new ForcePermits();
    private final List<String> granted = new ArrayList<>();

    private ForcePermits.Ticket request(String name, long deadline) {
        return permits.request(deadline, () -> granted.add(name));
    }

    @Test
    void request_moreThanTheLimit_waitsInOrderOfDeadline() {
        ForcePermits.Ticket a = request("a", 50);
        ForcePermits.Ticket b = request("b", 60);
        request("late", 90);
        request("soon", 10);
        request("sooner", 5);
        assertThat(granted).containsExactly("a", "b");
        a.release(1_000);
        b.release(1_000);
        assertThat(granted).containsExactly("a", "b", "sooner", "soon");
    }

    @Test
    void release_whileWaiting_leavesTheQueue() {
        ForcePermits.Ticket a = request("a", 1);
        request("b", 2);
        ForcePermits.Ticket c = request("c", 3);
        request("d", 4);
        c.release(0);
        a.release(0);
        assertThat(granted).containsExactly("a", "b", "d");
    }

    @Test
    void limit_raised_servesWhoWaits_lowered_letsHoldersFinish() {
        ForcePermits.Ticket a = request("a", 1);
        ForcePermits.Ticket b = request("b", 2);
        request("c", 3);
        permits.limit(3);
        assertThat(granted).containsExactly("a", "b", "c");
        permits.limit(1);
        request("d", 4);
        a.release(0);
        b.release(0);
        assertThat(granted).containsExactly("a", "b", "c");
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
}
