package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When the next tick is expected; an interval of 100, the first tick at 1,030, all in one unit. */
class TicksTest {
    private static final long INTERVAL = 100;

    private final Ticks ticks = new Ticks();

    @BeforeEach
    void begin() {
        ticks.begin(1_000, 1_030);
    }

    @Test
    void begin_nothingIsDueBeforeTheFirstTick() {
        assertThat(ticks.due()).isFalse();
        assertThat(ticks.nextNanos()).isEqualTo(1_030);
    }

    @Test
    void tick_inTime_nextIsOnTheGrid() {
        ticks.tick(1_030, INTERVAL);
        assertThat(ticks.due()).isTrue();
        assertThat(ticks.nextNanos()).isEqualTo(1_130);
        ticks.tick(1_131, INTERVAL);
        assertThat(ticks.nextNanos()).as("a late tick does not move the grid").isEqualTo(1_230);
        ticks.consumeTick();
        assertThat(ticks.due()).isFalse();
    }

    @Test
    void tick_afterAStallOfSeveralIntervals_nextIsAnIntervalFromNow() {
        ticks.tick(1_330, INTERVAL);
        assertThat(ticks.nextNanos()).isEqualTo(1_430);
        ticks.tick(1_330, INTERVAL); // the burst of those that were late
        assertThat(ticks.nextNanos()).isEqualTo(1_530);
    }

    @Test
    void tick_onTheNextOnesVeryMoment_nextIsStillToCome() {
        ticks.tick(1_130, INTERVAL);
        assertThat(ticks.nextNanos()).isEqualTo(1_230);
    }

    @Test
    void moveTo_beforeTheNextTickWasDue_onlyMovesIt() {
        assertThat(ticks.moveTo(1_500, 1_029, INTERVAL)).isFalse();
        assertThat(ticks.due()).isFalse();
        assertThat(ticks.nextNanos()).isEqualTo(1_500);
    }

    @Test
    void moveTo_whenTheTickWasDue_countsAsATick() {
        assertThat(ticks.moveTo(1_500, 1_030, INTERVAL)).isTrue();
        assertThat(ticks.due()).isTrue();
        assertThat(ticks.nextNanos()).isEqualTo(1_500);
    }

    @Test
    void moveTo_overAndOver_doesNotPutTicksOffForEver() {
        long now = 1_000;
        int ticked = 0;
        for (int reload = 0; reload < 40; reload++) {
            now += 20; // each time an interval from now
            ticked += ticks.moveTo(now + INTERVAL, now, INTERVAL) ? 1 : 0;
        }
        assertThat(ticked)
                .as("ticks in 800 with an interval of 100, reloaded every 20")
                .isBetween(7, 8);
    }

    @Test
    void moveTo_longerInterval_isMeasuredFromTheLastTick() {
        ticks.tick(1_030, INTERVAL);
        ticks.consumeTick();
        assertThat(ticks.moveTo(5_000, 1_129, 4_000)).isFalse();
        assertThat(ticks.moveTo(9_000, 4_999, 4_000))
                .as("3,969 after the last tick")
                .isFalse();
        assertThat(ticks.moveTo(13_000, 5_030, 4_000))
                .as("4,000 after the last tick")
                .isTrue();
    }

    @Test
    void want_isDueWithoutATick() {
        ticks.requestTick();
        assertThat(ticks.due()).isTrue();
        assertThat(ticks.nextNanos()).isEqualTo(1_030);
    }
}
