package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The checker against forged losses: it must detect each of them. */
class HistoryTest {

    private final KeyHistory key = new KeyHistory("c1:key:1");
    private final CounterHistory counter = new CounterHistory("c1:counter:1");

    private static byte[] value(long sequence) {
        return SelfDescribingValue.encode("c1:key:1", sequence, 300);
    }

    private static byte[] number(long value) {
        return Long.toString(value).getBytes(StandardCharsets.US_ASCII);
    }

    private void acknowledgeSets(int count) {
        for (int i = 0; i < count; i++) {
            key.acknowledged(key.setSent());
        }
    }

    @Test
    void judgeAfterRestart_lastAcknowledged_isRight() {
        acknowledgeSets(3);
        assertThat(key.judgeAfterRestart(value(3))).isEmpty();
    }

    @Test
    void judgeAfterRestart_laterUnacknowledged_isRight() {
        acknowledgeSets(3);
        key.setSent();
        key.setSent();
        assertThat(key.judgeAfterRestart(value(5))).isEmpty();
    }

    @Test
    void judgeAfterRestart_unacknowledgedDelete_mayBeGoneOrNot() {
        acknowledgeSets(1);
        key.deleteSent();
        assertThat(key.judgeAfterRestart(null)).isEmpty();
    }

    @Test
    void judgeAfterRestart_lostWrite_isNoticed() {
        acknowledgeSets(3);
        key.setSent();
        assertThat(key.judgeAfterRestart(value(2)))
                .contains("c1:key:1: holds write 2; expected write 3 (acknowledged) or write 4");
    }

    @Test
    void judgeAfterRestart_lostKey_isNoticed() {
        acknowledgeSets(1);
        assertThat(key.judgeAfterRestart(null)).contains("c1:key:1: holds nothing; expected write 1 (acknowledged)");
    }

    @Test
    void judgeAfterRestart_risenFromTheDead_isNoticed() {
        acknowledgeSets(1);
        key.acknowledged(key.deleteSent());
        assertThat(key.judgeAfterRestart(value(1))).isPresent();
    }

    @Test
    void judgeAfterRestart_writeNeverSent_isNoticed() {
        acknowledgeSets(1);
        assertThat(key.judgeAfterRestart(value(2))).isPresent();
    }

    @Test
    void judgeAfterRestart_goneBackSinceLastRead_isNoticed() {
        acknowledgeSets(1);
        key.setSent();
        assertThat(key.judgeAfterRestart(value(2))).isEmpty();
        assertThat(key.judgeAfterRestart(value(1))).isPresent();
    }

    @Test
    void judgeAfterRestart_tornForeignAndFlippedValues_areNoticed() {
        acknowledgeSets(1);
        byte[] whole = value(1);
        byte[] holed = whole.clone();
        Arrays.fill(holed, 200, 250, (byte) 0);
        byte[] flipped = whole.clone();
        flipped[flipped.length - 1] ^= 1;
        byte[] foreign = SelfDescribingValue.encode("c2:key:1", 1, 300);
        assertThat(key.judgeAfterRestart(Arrays.copyOf(whole, 299)))
                .get()
                .asString()
                .contains("torn");
        assertThat(key.judgeAfterRestart(holed)).get().asString().contains("torn");
        assertThat(key.judgeAfterRestart(flipped)).get().asString().contains("torn");
        assertThat(key.judgeAfterRestart(foreign)).get().asString().contains("value of the key c2:key:1");
        assertThat(key.judgeAfterRestart(new byte[300])).get().asString().contains("no value of ours");
        assertThat(key.judgeAfterRestart(whole)).isEmpty();
    }

    @Test
    void judgeAfterRestart_emptyValue_isRightOnlyIfOneWasWritten() {
        acknowledgeSets(1);
        key.emptySetSent();
        assertThat(key.judgeAfterRestart(new byte[0])).isEmpty();
        assertThat(key.judgeAfterRestart(value(1)))
                .contains("c1:key:1: holds write 1; expected an empty value (acknowledged)");
        acknowledgeSets(1);
        assertThat(key.judgeAfterRestart(new byte[0]))
                .contains("c1:key:1: holds an empty value; expected write 3 (acknowledged)");
        assertThat(key.judgeAfterRestart(null)).isPresent();
    }

    @Test
    void judgeAfterRestart_counterGoneBack_isNoticed() {
        counter.incrementSent();
        counter.incrementSent();
        assertThat(counter.acknowledged(1)).isEmpty();
        assertThat(counter.acknowledged(2)).isEmpty();
        assertThat(counter.judgeAfterRestart(number(1)))
                .contains("c1:counter:1: gone back to 1; expected 2 (acknowledged) to 2");
    }

    @Test
    void judgeAfterRestart_counterLost_isNoticed() {
        counter.incrementSent();
        assertThat(counter.acknowledged(1)).isEmpty();
        assertThat(counter.judgeAfterRestart(null)).isPresent();
    }

    @Test
    void judgeAfterRestart_counterBeyondTheUnacknowledged_isNoticed() {
        counter.incrementSent();
        counter.incrementSent();
        assertThat(counter.acknowledged(1)).isEmpty();
        assertThat(counter.judgeAfterRestart(number(3))).isPresent();
    }

    @Test
    void judgeAfterRestart_counterWithUnacknowledged_isRight() {
        counter.incrementSent();
        counter.incrementSent();
        assertThat(counter.acknowledged(1)).isEmpty();
        assertThat(counter.judgeAfterRestart(number(2))).isEmpty();
        counter.incrementSent();
        assertThat(counter.acknowledged(3)).isEmpty();
    }

    @Test
    void acknowledged_incrementDoneTwice_isNoticed() {
        counter.incrementSent();
        assertThat(counter.acknowledged(2)).isPresent();
    }

    @Test
    void acknowledged_afterARefusal_mayHaveHappenedOrNot() {
        counter.incrementSent();
        counter.incrementFailed();
        counter.incrementSent();
        assertThat(counter.acknowledged(2)).isEmpty();
        counter.incrementSent();
        assertThat(counter.acknowledged(4)).isPresent();
    }

    @Test
    void judgeRead_staleOnItsOwnConnection_isNoticed() {
        acknowledgeSets(2);
        long before = key.lastSequence();
        key.setSent();
        assertThat(key.judgeRead(value(2), before)).isEmpty();
        assertThat(key.judgeRead(value(1), before)).isPresent();
        assertThat(key.judgeRead(value(3), before)).isPresent();
    }
}
