package io.tidemark.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Which clients are read while all together take too much: memory is bounded, and every client gets its turn. */
class IntakeBudgetTest {

    private static final long HEAP = 16 << 20;

    private final List<Sender> admitted = new ArrayList<>();
    private final List<Sender> senders = new ArrayList<>();
    private final IntakeBudget budget = new IntakeBudget(HEAP, senders::size);

    /** A client with one large request, sent in pieces while the client is read. */
    private final class Sender {
        private final IntakeBudget.Ticket ticket = budget.ticket(() -> admitted.add(this));
        private final long size;
        private long part;
        private long unanswered;
        private boolean reads = true;

        Sender(long size) {
            this.size = size;
            senders.add(this);
        }

        void send(long bytes) {
            part = Math.min(size, part + bytes);
            if (part == size) {
                ticket.requestCompleted();
                unanswered = size;
                part = 0;
            }
            update();
        }

        void answer() {
            unanswered = 0;
            update();
        }

        void update() {
            reads = ticket.update(part, unanswered);
        }
    }

    private void updateAdmitted() {
        while (!admitted.isEmpty()) {
            admitted.remove(0).update();
        }
    }

    private long taken() {
        return senders.stream().mapToLong(each -> each.part + each.unanswered).sum();
    }

    @Test
    void disconnectedClient_neitherWaitsNorGetsATurn() {
        Sender sending = new Sender(3 << 20);
        sending.send(2 << 20);
        updateAdmitted();
        assertThat(sending.reads).as("the control: its turn").isTrue();
        Sender closed = new Sender(3 << 20);
        closed.send(3 << 20);
        assertThat(closed.reads).isFalse();
        assertThat(budget.hasWaiters()).as("the control: it waits").isTrue();
        closed.ticket.stopAccepting(closed.unanswered);
        assertThat(budget.hasWaiters()).as("a client waits").isFalse();
        assertThat(budget.takenBytes()).as("what it takes still counts").isEqualTo(5 << 20);
        sending.send(1 << 20);
        sending.answer();
        assertThat(admitted).doesNotContain(closed);
    }

    @Test
    void smallRequests_neverStop() {
        List<Sender> small = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            small.add(new Sender(1 << 20));
        }
        Sender large = new Sender(3 << 20);
        large.send(2 << 20);
        assertThat(large.reads).as("over the budget, and the turn is its own").isFalse();
        updateAdmitted();
        assertThat(large.reads).isTrue();
        for (Sender each : small) {
            each.send(budget.shareBytes());
            assertThat(each.reads).isTrue();
        }
    }

    @Test
    void halfSentRequests_overTheBudgetTogether_completeByTurnsInOrder() {
        List<Sender> all = List.of(new Sender(3 << 20), new Sender(3 << 20), new Sender(3 << 20));
        all.forEach(each -> each.send(1 << 20));
        all.get(0).update();
        updateAdmitted();
        assertThat(all).extracting(each -> each.reads).containsExactly(false, true, false);
        all.get(1).send(2 << 20);
        updateAdmitted();
        assertThat(all)
                .as("its turn is used, and not over before it is answered")
                .extracting(each -> each.reads)
                .containsExactly(false, false, false);
        all.get(1).answer();
        updateAdmitted();
        assertThat(all).extracting(each -> each.reads).containsExactly(false, true, true);
    }

    @Test
    void turn_ofAClientThatGoes_isTheNextOnes() {
        List<Sender> all = List.of(new Sender(3 << 20), new Sender(3 << 20), new Sender(3 << 20), new Sender(3 << 20));
        all.forEach(each -> each.send(1 << 20));
        updateAdmitted();
        assertThat(all.get(1).ticket.turn()).isEqualTo(1);
        all.get(1).part = 0;
        all.get(1).update();
        updateAdmitted();
        assertThat(all.get(1).ticket.turn()).isZero();
        assertThat(all.stream().filter(each -> each.ticket.turn() > 0)).hasSize(1);
    }

    /** Any events in any order: the bounds are never exceeded, and in the end all requests are answered. */
    @Property(tries = 300)
    void anyOrder_staysWithinItsBoundsAndEnds(@ForAll long seed) {
        senders.clear();
        admitted.clear();
        IntakeBudgetTest run = new IntakeBudgetTest();
        run.runAll(new Random(seed));
    }

    private void runAll(Random random) {
        int clients = 2 + random.nextInt(12);
        long chunk = 64 << 10;
        for (int i = 0; i < clients; i++) {
            new Sender(1 + random.nextLong(budget.maxRequestBytes()));
        }
        List<Sender> left = new ArrayList<>(senders);
        long bound = budget.bytes() + budget.maxRequestBytes() + clients * (budget.shareBytes() + chunk);
        for (int steps = 0; !left.isEmpty(); steps++) {
            assertThat(steps).as("no client waits for ever").isLessThan(100_000);
            if (!admitted.isEmpty()) {
                admitted.remove(random.nextInt(admitted.size())).update();
                continue;
            }
            Sender one = left.get(random.nextInt(left.size()));
            if (one.unanswered > 0) {
                one.answer();
                left.remove(one);
            } else if (one.reads) {
                one.send(1 + random.nextLong(chunk));
            }
            assertThat(taken()).isLessThanOrEqualTo(bound);
        }
        assertThat(budget.hasWaiters()).isFalse();
    }
}
