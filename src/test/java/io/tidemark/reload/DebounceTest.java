package io.tidemark.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which results are accepted, and when; in virtual time, with a file whose every state the test decides. */
class DebounceTest {
    private static final int DEBOUNCE_MS = 100;

    /** Looks complete, but the key is missing. */
    private static final ReadResult TORN = new ReadResult.Success(new JsonObject());

    private final VirtualTimers timers = new VirtualTimers();
    private final List<ReadResult> accepted = new ArrayList<>();
    private final Queue<Promise<JsonObject>> heldReads = new ArrayDeque<>();
    private ReadResult file = good(1);
    private boolean holdReads;
    private int reads;
    private int completed;
    private final Debounce debounce = new Debounce(
            timers, this::read, config -> String.valueOf(config.getValue("n")), DEBOUNCE_MS, accepted::add);

    private static ReadResult good(@Nullable Object n) {
        return new ReadResult.Success(new JsonObject().put("n", n));
    }

    private static ReadResult bad(String why) {
        return new ReadResult.Failure(why);
    }

    private Future<JsonObject> read() {
        reads++;
        if (holdReads) {
            Promise<JsonObject> held = Promise.promise();
            heldReads.add(held);
            return held.future();
        }
        return file instanceof ReadResult.Success good
                ? Future.succeededFuture(good.config())
                : Future.failedFuture(((ReadResult.Failure) file).why());
    }

    /** A scan of the retriever sees the file as it is. */
    private void scan(ReadResult now) {
        file = now;
        debounce.observe(now);
    }

    private void stable(ReadResult now) {
        scan(now);
        timers.advanceMillis(DEBOUNCE_MS);
        assertThat(accepted).last().isEqualTo(now);
        accepted.clear();
    }

    @Test
    void observe_sameAfterTheDebounceTime_isAccepted() {
        scan(good(1));
        timers.advanceMillis(DEBOUNCE_MS - 1);
        assertThat(accepted).isEmpty();
        timers.advanceMillis(1);
        assertThat(accepted).containsExactly(good(1));
        timers.advanceMillis(1_000_000);
        assertThat(reads).as("a good file is read once more, then left alone").isEqualTo(1);
    }

    @Test
    void observe_tornThenWhole_onlyTheWholeOneIsAccepted() {
        stable(good(1));
        scan(TORN);
        file = good(2);
        timers.advanceMillis(DEBOUNCE_MS);
        assertThat(accepted).as("two different results").isEmpty();
        timers.advanceMillis(DEBOUNCE_MS);
        assertThat(accepted).containsExactly(good(2));
    }

    @Test
    void observe_tornThenAsBefore_nothingIsAccepted() {
        stable(good(1));
        scan(TORN);
        file = good(1);
        timers.advanceMillis(1_000_000);
        assertThat(accepted).isEmpty();
    }

    @Test
    void observe_backAsBeforeWithinTheDebounceTime_nothingIsAccepted() {
        stable(good(1));
        scan(TORN);
        timers.advanceMillis(DEBOUNCE_MS / 2);
        scan(good(1));
        file = good(3);
        timers.advanceMillis(1_000_000);
        assertThat(accepted).as("the read that was due has been cancelled").isEmpty();
    }

    @Test
    void observe_unreadableForAMoment_isNotReported() {
        stable(good(1));
        scan(bad("gone"));
        file = good(2);
        timers.advanceMillis(2 * DEBOUNCE_MS);
        assertThat(accepted).containsExactly(good(2));
    }

    @Test
    void observe_unreadableForLong_isReportedOnceHoweverOftenItIsSeen() {
        stable(good(1));
        for (int scan = 0; scan < 100; scan++) {
            scan(bad("gone"));
            timers.advanceMillis(DEBOUNCE_MS / 10);
        }
        timers.advanceMillis(1_000_000);
        assertThat(accepted).containsExactly(bad("gone"));
    }

    @Test
    void observe_twoKindsOfBadInARow_reportsTheLastOne() {
        stable(good(1));
        scan(bad("half"));
        file = bad("gone");
        timers.advanceMillis(DEBOUNCE_MS);
        assertThat(accepted).containsExactly(bad("gone"));
        scan(bad("a directory"));
        timers.advanceMillis(DEBOUNCE_MS);
        assertThat(accepted).containsExactly(bad("gone"), bad("a directory"));
    }

    @Test
    void unreadable_backAsBeforeWithoutAWord_isNoticed() {
        stable(good(1));
        stable(bad("gone"));
        timers.advanceMillis(50 * DEBOUNCE_MS);
        assertThat(accepted).isEmpty();
        file = good(1);
        timers.advanceMillis(9 * DEBOUNCE_MS);
        assertThat(accepted).containsExactly(good(1));
    }

    @Test
    void unreadable_forAnHour_isReadAtGrowingIntervals() {
        stable(bad("gone"));
        reads = 0;
        timers.advanceMillis(3_600_000);
        assertThat(reads).isBetween(4_400, 4_600); // every 800 ms
    }

    @Test
    void unreadable_againAfterItWasGood_isReadSoonAgain() {
        stable(bad("gone"));
        timers.advanceMillis(3_600_000);
        stable(good(1));
        stable(bad("gone again"));
        reads = 0;
        timers.advanceMillis(3 * DEBOUNCE_MS);
        assertThat(reads).as("reads after one and two more debounce times").isEqualTo(2);
    }

    @Test
    void observe_whatIsNotWatchedDiffersEachTime_isAcceptedOnce() {
        for (int scan = 0; scan < 100; scan++) {
            scan(new ReadResult.Success(new JsonObject().put("n", 1).put("now", scan)));
            timers.advanceMillis(DEBOUNCE_MS / 10);
        }
        assertThat(accepted).hasSize(1);
    }

    @Test
    void observe_changesFasterThanTheDebounceTime_theLastOneIsAccepted() {
        for (int scan = 0; scan <= 100; scan++) {
            scan(good(scan));
            timers.advanceMillis(DEBOUNCE_MS / 2);
        }
        assertThat(accepted).isEmpty();
        timers.advanceMillis(DEBOUNCE_MS);
        assertThat(accepted).containsExactly(good(100));
    }

    @Test
    void read_completedAfterANewerScan_isDiscarded() {
        holdReads = true;
        scan(good(1));
        timers.advanceMillis(DEBOUNCE_MS);
        scan(good(2));
        heldReads.remove().complete(new JsonObject().put("n", 1));
        assertThat(accepted).isEmpty();
        timers.advanceMillis(DEBOUNCE_MS);
        heldReads.remove().complete(new JsonObject().put("n", 2));
        assertThat(accepted).containsExactly(good(2));
    }

    @Test
    void readNow_nothingDiffers_completesByOneRead() {
        stable(good(1));
        reads = 0;
        debounce.readNow(() -> completed++);
        assertThat(completed).isEqualTo(1);
        timers.advanceMillis(1_000_000);
        assertThat(reads).isEqualTo(1);
        assertThat(accepted).isEmpty();
    }

    @Test
    void readNow_changed_completesWhenStable() {
        stable(good(1));
        file = good(2);
        debounce.readNow(() -> completed++);
        timers.advanceMillis(DEBOUNCE_MS - 1);
        assertThat(completed).isZero();
        timers.advanceMillis(1);
        assertThat(accepted).containsExactly(good(2));
        assertThat(completed).isEqualTo(1);
    }

    @Test
    void readNow_tornThenAsBefore_completesAndNothingIsAccepted() {
        stable(good(1));
        file = TORN;
        debounce.readNow(() -> completed++);
        file = good(1);
        timers.advanceMillis(DEBOUNCE_MS);
        assertThat(completed).isEqualTo(1);
        assertThat(accepted).isEmpty();
    }

    @Test
    void readNow_beforeTheFirstScan_completes() {
        debounce.readNow(() -> completed++);
        timers.advanceMillis(DEBOUNCE_MS);
        assertThat(accepted).containsExactly(good(1));
        assertThat(completed).isEqualTo(1);
    }

    @Test
    void readNow_unreadableAsBefore_completesAndPeriodicReadsContinue() {
        stable(good(1));
        stable(bad("gone"));
        debounce.readNow(() -> completed++);
        assertThat(completed).isEqualTo(1);
        assertThat(accepted).isEmpty();
        file = good(1);
        timers.advanceMillis(9 * DEBOUNCE_MS);
        assertThat(accepted).containsExactly(good(1));
    }

    /** A read that began before the request does not complete it: the file may have been written in between. */
    @Test
    void readNow_whileAReadIsInProgress_completesByALaterOne() {
        stable(good(1));
        holdReads = true;
        debounce.readNow(() -> {});
        file = good(2);
        debounce.readNow(() -> completed++);
        heldReads.remove().complete(new JsonObject().put("n", 1));
        assertThat(completed).isZero();
        heldReads.remove().complete(new JsonObject().put("n", 2));
        timers.advanceMillis(DEBOUNCE_MS);
        heldReads.remove().complete(new JsonObject().put("n", 2));
        assertThat(accepted).containsExactly(good(2));
        assertThat(completed).isEqualTo(1);
    }

    /** A scan may discard a read; its requests complete by a later one. */
    @Test
    void readNow_discardedByAScan_completesByALaterRead() {
        stable(good(1));
        holdReads = true;
        debounce.readNow(() -> completed++);
        scan(good(2));
        heldReads.remove().complete(new JsonObject().put("n", 1));
        assertThat(completed).isZero();
        scan(good(1));
        heldReads.remove().complete(new JsonObject().put("n", 1));
        assertThat(completed).isEqualTo(1);
        assertThat(accepted).isEmpty();
    }

    @Test
    void readNow_repeatedly_doesNotPostponeAChange() {
        stable(good(1));
        file = good(2);
        for (int i = 0; i < 50; i++) {
            debounce.readNow(() -> completed++);
            timers.advanceMillis(DEBOUNCE_MS / 25);
        }
        assertThat(accepted).containsExactly(good(2));
        assertThat(completed).isEqualTo(50);
    }

    @Test
    void readNow_twiceWhileAFileIsTorn_doesNotAcceptItSooner() {
        stable(good(1));
        file = TORN;
        debounce.readNow(() -> completed++);
        debounce.readNow(() -> completed++);
        timers.advanceMillis(DEBOUNCE_MS / 2);
        debounce.readNow(() -> completed++);
        assertThat(accepted).isEmpty();
        file = good(1);
        timers.advanceMillis(DEBOUNCE_MS / 2);
        assertThat(completed).isEqualTo(3);
        assertThat(accepted).isEmpty();
    }

    @Test
    void readNow_thenClosed_doesNotComplete() {
        stable(good(1));
        holdReads = true;
        debounce.readNow(() -> completed++);
        debounce.readNow(() -> completed++);
        debounce.close();
        heldReads.remove().complete(new JsonObject().put("n", 1));
        assertThat(completed).isZero();
        assertThat(heldReads).isEmpty();
    }

    @Test
    void close_stopsReading() {
        scan(good(1));
        debounce.close();
        timers.advanceMillis(1_000_000);
        assertThat(reads).isZero();
        assertThat(accepted).isEmpty();
    }
}
