package io.tidemark.log.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.CorruptionException;
import io.tidemark.log.LogRecovery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** I7: what was never durable may be a torn tail; what was durable may not. */
final class TornTailTest {
    /** Frames of 56, 64 and 72 bytes. */
    private static final String[] TEXTS = {"one", "two-two-two", "three-three-three-3"};

    private static final int[] ENDS = {4096, 4096 + 56, 4096 + 56 + 64, 4096 + 56 + 64 + 72};

    private Path original;
    private Path directory;
    private Path segment;

    @BeforeEach
    void setUp(@TempDir Path temp) {
        original = temp.resolve("log");
        directory = temp.resolve("crashed");
        segment = LogFixture.segment(directory, 1);
    }

    private void write(boolean together) throws IOException {
        LogFixture log = new LogFixture(original);
        log.open(0);
        if (together) {
            log.appendTogether(TEXTS);
        } else {
            log.append(TEXTS);
        }
        assertThat(LogFixture.segment(original, 1)).hasSize(ENDS[3]);
    }

    private static List<String> firstEntries(int count) {
        List<String> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add((i + 1) + "=" + TEXTS[i]);
        }
        return entries;
    }

    @Test
    void truncated_atEveryByte_keepsWholeFramesAndGoesOn() throws IOException {
        write(false);
        for (int bytes = ENDS[0]; bytes <= ENDS[3]; bytes++) {
            LogFixture.copy(original, directory);
            LogFixture.truncate(segment, bytes);
            int whole = 0;
            while (whole < 3 && ENDS[whole + 1] <= bytes) {
                whole++;
            }
            LogFixture crashed = new LogFixture(directory);
            LogRecovery found = crashed.open(0);
            assertThat(crashed.applied).as("%d bytes", bytes).isEqualTo(firstEntries(whole));
            assertThat(found.lastIndex()).isEqualTo(whole);
            int torn = bytes - ENDS[whole];
            assertThat(found.tornBytes()).isBetween(Math.max(0L, torn - 16), (long) torn);
            boolean marked = whole == 0 || torn >= Frame.HEADER_BYTES;
            assertThat(found.rewrittenEntries()).isEqualTo(marked ? 0 : 1);
            crashed.append("later");

            LogFixture again = LogFixture.reopened(directory, whole);
            assertThat(again.applied).containsExactly((whole + 1) + "=later");
            assertThat(LogFixture.reopened(directory, 0).applied).hasSize(whole + 1);
        }
    }

    @Test
    void I7_truncated_belowDurableIndex_isCorruption() throws IOException {
        write(false);
        for (int bytes = ENDS[0]; bytes < ENDS[2]; bytes++) {
            LogFixture.copy(original, directory);
            LogFixture.truncate(segment, bytes);
            assertThatThrownBy(() -> LogFixture.reopened(directory, 2))
                    .isInstanceOf(CorruptionException.class)
                    .hasMessageContaining("below the durable index 2");
        }
    }

    @Test
    void I7_flippedByte_inAcknowledgedFrameBeforeTheLast_isCorruptionByName() throws IOException {
        write(false);
        for (int at = ENDS[0]; at < ENDS[2]; at++) {
            LogFixture.copy(original, directory);
            LogFixture.flip(segment, at);
            int index = at < ENDS[1] ? 1 : 2;
            assertThatThrownBy(() -> LogFixture.reopened(directory, 0))
                    .as("byte %d", at)
                    .isInstanceOf(CorruptionException.class)
                    .hasMessageContaining(segment.toString())
                    .hasMessageContaining("offset " + ENDS[index - 1])
                    .hasMessageContaining("entry " + index);
        }
    }

    @Test
    void flippedByte_inLastFrame_isTorn() throws IOException {
        write(false);
        for (int at = ENDS[2]; at < ENDS[3]; at++) {
            LogFixture.copy(original, directory);
            LogFixture.flip(segment, at);
            LogFixture crashed = LogFixture.reopened(directory, 0);
            assertThat(crashed.applied).as("byte %d", at).isEqualTo(firstEntries(2));
        }
    }

    @Test
    void I7_flippedByte_afterOrderlyClose_isCorruptionInEveryFrame() throws IOException {
        LogFixture log = new LogFixture(original);
        log.open(0);
        log.appendTogether(TEXTS).close();
        for (int at = ENDS[0]; at < ENDS[3]; at++) {
            LogFixture.copy(original, directory);
            LogFixture.flip(segment, at);
            assertThatThrownBy(() -> LogFixture.reopened(directory, 0))
                    .as("byte %d", at)
                    .isInstanceOf(CorruptionException.class);
        }
    }

    @Test
    void zeroHole_withFramesOfTheSameGroupBehind_isTorn() throws IOException {
        write(true);
        LogFixture.copy(original, directory);
        LogFixture.zero(segment, ENDS[1], ENDS[2]);
        LogFixture crashed = new LogFixture(directory);
        LogRecovery found = crashed.open(0);
        assertThat(crashed.applied).isEqualTo(firstEntries(1));
        assertThat(found.tornBytes()).isGreaterThan(64);
        crashed.append("later").close();
        assertThat(LogFixture.reopened(directory, 0).applied).containsExactly("1=one", "2=later");
    }

    @Test
    void I7_zeroHole_withCoveringFrameBehind_isCorruption() throws IOException {
        write(false);
        LogFixture.copy(original, directory);
        LogFixture.zero(segment, ENDS[0], ENDS[2]);
        assertThatThrownBy(() -> LogFixture.reopened(directory, 0))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("offset " + ENDS[2])
                .hasMessageContaining("up to 2");
    }

    @Test
    void I7_coveringFrame_itselfTornInItsPayload_isStillEvidence() throws IOException {
        write(false);
        LogFixture.copy(original, directory);
        LogFixture.flip(segment, ENDS[1] + 50);
        LogFixture.truncate(segment, ENDS[3] - 8);
        assertThatThrownBy(() -> LogFixture.reopened(directory, 0)).isInstanceOf(CorruptionException.class);
    }

    @Test
    void I7_coveringFrame_farBehindTheDamage_isFound() throws IOException {
        LogFixture log = new LogFixture(original);
        log.open(0);
        log.append("a", "x".repeat(700_001), "b");
        for (int size = 262_000; size < 262_144; size += 8) {
            log.append("y".repeat(size));
        }
        LogFixture.copy(original, directory);
        LogFixture.flip(segment, ENDS[0]);
        assertThatThrownBy(() -> LogFixture.reopened(directory, 0))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("up to " + (log.log.lastIndex() - 1) + " ");
    }

    @Test
    void zeroRegion_behindTheLastFrame_isTheEnd() throws IOException {
        write(false);
        LogFixture.copy(original, directory);
        Files.write(segment, new byte[300_000], StandardOpenOption.APPEND);
        LogFixture crashed = new LogFixture(directory);
        assertThat(crashed.open(0).tornBytes()).isZero();
        assertThat(crashed.applied).isEqualTo(firstEntries(3));
    }

    @Test
    void staleFrames_ofAnotherSegment_dontCount() throws IOException {
        write(false);
        LogFixture other = new LogFixture(directory);
        other.open(0);
        other.append("x");
        byte[] stale = Files.readAllBytes(LogFixture.segment(original, 1));
        Files.write(segment, java.util.Arrays.copyOfRange(stale, ENDS[1], ENDS[3]), StandardOpenOption.APPEND);
        LogFixture crashed = LogFixture.reopened(directory, 0);
        assertThat(crashed.applied).containsExactly("1=x");
    }

    @Test
    void payload_thatHoldsFramesOfItsOwnSegment_isNoEvidence() throws IOException {
        write(false);
        LogFixture log = new LogFixture(original);
        log.open(0);
        String segmentText =
                Files.readString(LogFixture.segment(original, 2), java.nio.charset.StandardCharsets.ISO_8859_1);
        assertThat(segmentText).contains("three");
        log.append(segmentText);
        assertThat(LogFixture.reopened(original, 0).applied).hasSize(4);
    }
}
