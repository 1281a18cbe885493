package io.tidemark.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** Which readings are believed, and when; on virtual time, with a file whose every state the test decides. */
class DebounceTest {
    private static final int DEBOUNCE_MS = 100;

    /** Looks whole, but the key is not there yet. */
    private static final Reading TORN = new Reading.Good(new JsonObject());

    private final VirtualTimers timers = new VirtualTimers();
    private final List<Reading> believed = new ArrayList<>();
    private final Queue<Promise<JsonObject>> heldReads = new ArrayDeque<>();
    private Reading file = good(1);
    private boolean holdReads;
    private int reads;
    private int answers;
    private final Debounce debounce = new Debounce(
            timers, this::read, config -> String.valueOf(config.getValue("n")), DEBOUNCE_MS, believed::add);

    private static Reading good(@org.jspecify.annotations.Nullable Object n) {
        return new Reading.Good(new JsonObject().put("n", n));
    }

    private static Reading bad(String why) {
        return new Reading.Bad(why);
    }

    private Future<JsonObject> read() {
        reads++;
        if (holdReads) {
            Promise<JsonObject> held = Promise.promise();
            heldReads.add(held);
            return held.future();
        }
        return file instanceof Reading.Good good
                ? Future.succeededFuture(good.config())
                : Future.failedFuture(((Reading.Bad) file).why());
    }

    /** A scan of the retriever sees the file as it is. */
    private void scan(Reading now) {
        file = now;
        debounce.heard(now);
    }

    private void stable(Reading now) {
        scan(now);
        timers.advanceMillis(DEBOUNCE_MS);
        assertThat(believed).last().isEqualTo(now);
        believed.clear();
    }

    @Test
    void heard_sameAfterTheSettleTime_isBelieved() {
        scan(good(1));
        timers.advanceMillis(DEBOUNCE_MS - 1);
        assertThat(believed).isEmpty();
        timers.advanceMillis(1);
        assertThat(believed).containsExactly(good(1));
        timers.advanceMillis(1_000_000);
        assertThat(reads).as("a good one is looked at once more, no longer").isEqualTo(1);
    }

    @Test
    void heard_tornThenWhole_onlyTheWholeOneIsBelieved() {
        stable(good(1));
        scan(TORN);
        file = good(2);
        timers.advanceMillis(DEBOUNCE_MS);
        assertThat(believed).as("two different readings").isEmpty();
        timers.advanceMillis(DEBOUNCE_MS);
        assertThat(believed).containsExactly(good(2));
    }

    @Test
    void heard_tornThenAsBefore_nothingIsBelieved() {
        stable(good(1));
        scan(TORN);
        file = good(1);
        timers.advanceMillis(1_000_000);
        assertThat(believed).isEmpty();
    }

    @Test
    void heard_backAsBeforeWithinTheSettleTime_nothingIsBelieved() {
        stable(good(1));
        scan(TORN);
        timers.advanceMillis(DEBOUNCE_MS / 2);
        scan(good(1));
        file = good(3);
        timers.advanceMillis(1_000_000);
        assertThat(believed).as("the look that was due has been called off").isEmpty();
    }

    @Test
    void heard_unreadableForAMoment_isNotReported() {
        stable(good(1));
        scan(bad("gone"));
        file = good(2);
        timers.advanceMillis(2 * DEBOUNCE_MS);
        assertThat(believed).containsExactly(good(2));
    }

    @Test
    void heard_unreadableForLong_isReportedOnceHoweverOftenItIsSeen() {
        stable(good(1));
        for (int scan = 0; scan < 100; scan++) {
            scan(bad("gone"));
            timers.advanceMillis(DEBOUNCE_MS / 10);
        }
        timers.advanceMillis(1_000_000);
        assertThat(believed).containsExactly(bad("gone"));
    }

    @Test
    void heard_twoKindsOfBadInARow_reportsTheLastOne() {
        stable(good(1));
        scan(bad("half"));
        file = bad("gone");
        timers.advanceMillis(DEBOUNCE_MS);
        assertThat(believed).containsExactly(bad("gone"));
        scan(bad("a directory"));
        timers.advanceMillis(DEBOUNCE_MS);
        assertThat(believed).containsExactly(bad("gone"), bad("a directory"));
    }

    @Test
    void unreadable_backAsBeforeWithoutAWord_isNoticed() {
        stable(good(1));
        stable(bad("gone"));
        timers.advanceMillis(50 * DEBOUNCE_MS);
        assertThat(believed).isEmpty();
        file = good(1);
        timers.advanceMillis(9 * DEBOUNCE_MS);
        assertThat(believed).containsExactly(good(1));
    }

    @Test
    void unreadable_forAnHour_isLookedAtAtGrowingIntervals() {
        stable(bad("gone"));
        reads = 0;
        timers.advanceMillis(3_600_000);
        assertThat(reads).isBetween(4_400, 4_600); // every 800 ms
    }

    @Test
    void unreadable_againAfterItWasGood_isLookedAtSoonAgain() {
        stable(bad("gone"));
        timers.advanceMillis(3_600_000);
        stable(good(1));
        stable(bad("gone again"));
        reads = 0;
        timers.advanceMillis(3 * DEBOUNCE_MS);
        assertThat(reads).as("looks after one and two more settle times").isEqualTo(2);
    }

    @Test
    void heard_whatIsNotWatchedDiffersEachTime_isBelievedOnce() {
        for (int scan = 0; scan < 100; scan++) {
            scan(new Reading.Good(new JsonObject().put("n", 1).put("now", scan)));
            timers.advanceMillis(DEBOUNCE_MS / 10);
        }
        assertThat(believed).hasSize(1);
    }

    @Test
    void heard_changesFasterThanItSettles_theLastOneIsBelieved() {
        for (int scan = 0; scan <= 100; scan++) {
            scan(good(scan));
            timers.advanceMillis(DEBOUNCE_MS / 2);
        }
        assertThat(believed).isEmpty();
        timers.advanceMillis(DEBOUNCE_MS);
        assertThat(believed).containsExactly(good(100));
    }

    @Test
    void look_answeredAfterANewerScan_doesNotCount() {
        holdReads = true;
        scan(good(1));
        timers.advanceMillis(DEBOUNCE_MS);
        scan(good(2));
        heldReads.remove().complete(new JsonObject().put("n", 1));
        assertThat(believed).isEmpty();
        timers.advanceMillis(DEBOUNCE_MS);
        heldReads.remove().complete(new JsonObject().put("n", 2));
        assertThat(believed).containsExactly(good(2));
    }

    @Test
    void lookNow_nothingDiffers_isAnsweredByOneLook() {
        stable(good(1));
        reads = 0;
        debounce.lookNow(() -> answers++);
        assertThat(answers).isEqualTo(1);
        timers.advanceMillis(1_000_000);
        assertThat(reads).isEqualTo(1);
        assertThat(believed).isEmpty();
    }

    @Test
    void lookNow_changed_isAnsweredWhenItHasSettled() {
        stable(good(1));
        file = good(2);
        debounce.lookNow(() -> answers++);
        timers.advanceMillis(DEBOUNCE_MS - 1);
        assertThat(answers).isZero();
        timers.advanceMillis(1);
        assertThat(believed).containsExactly(good(2));
        assertThat(answers).isEqualTo(1);
    }

    @Test
    void lookNow_tornThenAsBefore_isAnsweredAndNothingIsBelieved() {
        stable(good(1));
        file = TORN;
        debounce.lookNow(() -> answers++);
        file = good(1);
        timers.advanceMillis(DEBOUNCE_MS);
        assertThat(answers).isEqualTo(1);
        assertThat(believed).isEmpty();
    }

    @Test
    void lookNow_beforeAnybodyHasLooked_isAnswered() {
        debounce.lookNow(() -> answers++);
        timers.advanceMillis(DEBOUNCE_MS);
        assertThat(believed).containsExactly(good(1));
        assertThat(answers).isEqualTo(1);
    }

    @Test
    void lookNow_unreadableAsBefore_isAnsweredAndTheOwnLooksGoOn() {
        stable(good(1));
        stable(bad("gone"));
        debounce.lookNow(() -> answers++);
        assertThat(answers).isEqualTo(1);
        assertThat(believed).isEmpty();
        file = good(1);
        timers.advanceMillis(9 * DEBOUNCE_MS);
        assertThat(believed).containsExactly(good(1));
    }

    /** What was read before somebody asked doesn't answer: the file may have been written in between. */
    @Test
    void lookNow_whileALookIsUnderWay_isAnsweredByALaterOne() {
        stable(good(1));
        holdReads = true;
        debounce.lookNow(() -> {});
        file = good(2);
        debounce.lookNow(() -> answers++);
        heldReads.remove().complete(new JsonObject().put("n", 1));
        assertThat(answers).isZero();
        heldReads.remove().complete(new JsonObject().put("n", 2));
        timers.advanceMillis(DEBOUNCE_MS);
        heldReads.remove().complete(new JsonObject().put("n", 2));
        assertThat(believed).containsExactly(good(2));
        assertThat(answers).isEqualTo(1);
    }

    /** A scan may call a look off; whoever asked for it is answered all the same. */
    @Test
    void lookNow_calledOffByAScan_isAnsweredByALaterLook() {
        stable(good(1));
        holdReads = true;
        debounce.lookNow(() -> answers++);
        scan(good(2));
        heldReads.remove().complete(new JsonObject().put("n", 1));
        assertThat(answers).isZero();
        scan(good(1));
        heldReads.remove().complete(new JsonObject().put("n", 1));
        assertThat(answers).isEqualTo(1);
        assertThat(believed).isEmpty();
    }

    @Test
    void lookNow_overAndOver_doesNotPutAChangeOff() {
        stable(good(1));
        file = good(2);
        for (int i = 0; i < 50; i++) {
            debounce.lookNow(() -> answers++);
            timers.advanceMillis(DEBOUNCE_MS / 25);
        }
        assertThat(believed).containsExactly(good(2));
        assertThat(answers).isEqualTo(50);
    }

    @Test
    void lookNow_twiceWhileAFileIsTorn_doesNotBelieveItSooner() {
        stable(good(1));
        file = TORN;
        debounce.lookNow(() -> answers++);
        debounce.lookNow(() -> answers++);
        timers.advanceMillis(DEBOUNCE_MS / 2);
        debounce.lookNow(() -> answers++);
        assertThat(believed).isEmpty();
        file = good(1);
        timers.advanceMillis(DEBOUNCE_MS / 2);
        assertThat(answers).isEqualTo(3);
        assertThat(believed).isEmpty();
    }

    @Test
    void lookNow_thenClosed_isNotAnswered() {
        stable(good(1));
        holdReads = true;
        debounce.lookNow(() -> answers++);
        debounce.lookNow(() -> answers++);
        debounce.close();
        heldReads.remove().complete(new JsonObject().put("n", 1));
        assertThat(answers).isZero();
        assertThat(heldReads).isEmpty();
    }

    @Test
    void close_looksNoMore() {
        scan(good(1));
        debounce.close();
        timers.advanceMillis(1_000_000);
        assertThat(reads).isZero();
        assertThat(believed).isEmpty();
    }
}
