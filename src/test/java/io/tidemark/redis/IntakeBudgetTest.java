package io.tidemark.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Who may go on to send while all together take too much: bounded, and everybody's turn comes. */
class IntakeBudgetTest {

    private static final long HEAP = 16 << 20;

    private final List<Sender> admitted = new ArrayList<>();
    private final List<Sender> senders = new ArrayList<>();
    private final IntakeBudget budget = new IntakeBudget(HEAP, senders::size);

    /** A client of one large request: sends it in pieces while it is read from. */
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
                ticket.requestIsWhole();
                unanswered = size;
                part = 0;
            }
            ask();
        }

        void answer() {
            unanswered = 0;
            ask();
        }

        void ask() {
            reads = ticket.takes(part, unanswered);
        }
    }

    private void askAdmitted() {
        while (!admitted.isEmpty()) {
            admitted.remove(0).ask();
        }
    }

    private long taken() {
        return senders.stream().mapToLong(each -> each.part + each.unanswered).sum();
    }

    @Test
    void clientThatHasGone_neitherWaitsNorGetsATurn() {
        Sender sending = new Sender(3 << 20);
        sending.send(2 << 20);
        askAdmitted();
        assertThat(sending.reads).as("the control: its turn").isTrue();
        Sender gone = new Sender(3 << 20);
        gone.send(3 << 20);
        assertThat(gone.reads).isFalse();
        assertThat(budget.isShort()).as("the control: it waits").isTrue();
        gone.ticket.takesNoMore(gone.unanswered);
        assertThat(budget.isShort()).as("somebody waits").isFalse();
        assertThat(budget.takenBytes()).as("what it takes still counts").isEqualTo(5 << 20);
        sending.send(1 << 20);
        sending.answer();
        assertThat(admitted).doesNotContain(gone);
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
        askAdmitted();
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
        all.get(0).ask();
        askAdmitted();
        assertThat(all).extracting(each -> each.reads).containsExactly(false, true, false);
        all.get(1).send(2 << 20);
        askAdmitted();
        assertThat(all)
                .as("its turn is used, and not over before it is answered")
                .extracting(each -> each.reads)
                .containsExactly(false, false, false);
        all.get(1).answer();
        askAdmitted();
        assertThat(all).extracting(each -> each.reads).containsExactly(false, true, true);
    }

    @Test
    void turn_ofAClientThatGoes_isTheNextOnes() {
        List<Sender> all = List.of(new Sender(3 << 20), new Sender(3 << 20), new Sender(3 << 20), new Sender(3 << 20));
        all.forEach(each -> each.send(1 << 20));
        askAdmitted();
        assertThat(all.get(1).ticket.turn()).isEqualTo(1);
        all.get(1).part = 0;
        all.get(1).ask();
        askAdmitted();
        assertThat(all.get(1).ticket.turn()).isZero();
        assertThat(all.stream().filter(each -> each.ticket.turn() > 0)).hasSize(1);
    }

    /** Whatever comes in whatever order: never more than promised, and in the end all have been answered. */
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
            assertThat(steps).as("nobody waits for ever").isLessThan(100_000);
            if (!admitted.isEmpty()) {
                admitted.remove(random.nextInt(admitted.size())).ask();
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
        assertThat(budget.isShort()).isFalse();
    }
}
