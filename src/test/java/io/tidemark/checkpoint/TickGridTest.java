package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class TickGridTest {

    @Property
    void delay_anyMoment_leadsToTheShardsPhaseOfTheCommonGrid(
            @ForAll @IntRange(min = 0, max = 5_000) int shard,
            @ForAll @LongRange(min = 10, max = 86_400_000) long interval,
            @ForAll @LongRange(min = -1_000_000_000_000L, max = 1_000_000_000_000L) long now) {
        long delay = TickGrid.delayMillis(shard, interval, now);
        assertThat(delay).isBetween(1L, interval);
        assertThat(Math.floorMod(now + delay, interval)).isEqualTo(interval * (shard % 10) / 10 % interval);
    }
}
