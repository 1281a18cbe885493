package io.tidemark.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When idle clients are closed, on a clock that the test advances. */
class IdleClientsTest {
    private static final int LIMIT_S = 60;

    private final class Fake implements IdleClients.Client {
        private long activeMillis = now;
        private boolean awaitingReply;

        @Override
        public long idleMillis(long upMillis) {
            return awaitingReply ? 0 : upMillis - activeMillis;
        }

        @Override
        public void closeIdle() {
            clients.remove(this);
        }
    }

    private final List<Fake> clients = new ArrayList<>();
    private long now = 5_000;
    private long due;
    private @Nullable Runnable task;
    private int timers;

    private IdleClients idle(int limitSeconds) {
        return new IdleClients(clients, limitSeconds, () -> now, (delayMillis, next) -> {
            assertThat(task).as("the one timer").isNull();
            due = now + delayMillis;
            task = next;
            timers++;
        });
    }

    private Fake open(IdleClients idle) {
        Fake client = new Fake();
        clients.add(client);
        idle.opened();
        return client;
    }

    private void passSeconds(long seconds) {
        long until = now + seconds * 1_000;
        Runnable next = task;
        while (next != null && due <= until) {
            now = due;
            task = null;
            next.run();
            next = task;
        }
        now = until;
    }

    @Test
    void clients_areClosedWithinASecondOfTheirTime() {
        IdleClients idle = idle(LIMIT_S);
        Fake first = open(idle);
        passSeconds(40);
        Fake second = open(idle);
        passSeconds(19);
        assertThat(clients).containsExactly(first, second);
        passSeconds(2);
        assertThat(clients).containsExactly(second);
        second.activeMillis = now;
        passSeconds(59);
        assertThat(clients).containsExactly(second);
        passSeconds(2);
        assertThat(clients).isEmpty();
    }

    @Test
    void clientThatWaitsForAnAnswer_isNotClosed_howeverLong() {
        IdleClients idle = idle(LIMIT_S);
        Fake waiting = open(idle);
        waiting.awaitingReply = true;
        Fake silent = open(idle);
        passSeconds(3_600);
        assertThat(clients).containsExactly(waiting).doesNotContain(silent);
        waiting.awaitingReply = false;
        waiting.activeMillis = now;
        passSeconds(59);
        assertThat(clients).containsExactly(waiting);
        passSeconds(62);
        assertThat(clients).isEmpty();
    }

    @Test
    void manyClients_shareOneTimerOfOnceASecondAtMost() {
        IdleClients idle = idle(LIMIT_S);
        for (int i = 0; i < 1_000; i++) {
            open(idle);
            now += 50;
        }
        passSeconds(120);
        assertThat(clients).isEmpty();
        assertThat(timers).isBetween(1, 62);
    }

    @Test
    void noClient_noTimer() {
        IdleClients idle = idle(LIMIT_S);
        assertThat(task).isNull();
        open(idle);
        passSeconds(61);
        assertThat(task).as("after the last client has disconnected").isNull();
        open(idle);
        assertThat(task).isNotNull();
    }

    @Test
    void noLimit_noTimer() {
        Fake client = open(idle(0));
        passSeconds(1_000_000);
        assertThat(task).isNull();
        assertThat(clients).containsExactly(client);
    }
}
