package io.tidemark.pressure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class PressureOptionsTest {
    private static final long MIB = 1L << 20;

    @Test
    void json_roundTrip_isEqual() {
        JsonObject json = new JsonObject()
                .put("shed_free_bytes", 10)
                .put("resume_free_bytes", 20L)
                .put("ballast_bytes", 0)
                .put("dwell_ms", 100);
        assertThat(new PressureOptions(new PressureOptions(json)).toJson().encode())
                .isEqualTo(new PressureOptions(new PressureOptions(json).toJson())
                        .toJson()
                        .encode());
        assertThat(new PressureOptions(json).getResumeFreeBytes()).isEqualTo(20);
        assertThat(new PressureOptions(new JsonObject()).toJson()).isEqualTo(new JsonObject().put("dwell_ms", 5_000L));
    }

    @Test
    void json_invalid_isRefusedNamingKeyAndValue() {
        assertThatThrownBy(() -> new PressureOptions(new JsonObject().put("dwell", 1)))
                .hasMessageContaining("`dwell`");
        assertThatThrownBy(() -> new PressureOptions(new JsonObject().put("dwell_ms", "soon")))
                .hasMessageContaining(
                        "pressure.dwell_ms is the text `soon`, expected a whole number from 10 to 3600000");
        assertThatThrownBy(() -> new PressureOptions(new JsonObject().put("dwell_ms", 9)))
                .hasMessageContaining("pressure.dwell_ms is 9, expected a whole number from 10 to 3600000");
        assertThatThrownBy(() -> new PressureOptions(
                        new JsonObject().put("shed_free_bytes", 20).put("resume_free_bytes", 20)))
                .hasMessageContaining("pressure.resume_free_bytes is 20")
                .hasMessageContaining("more than pressure.shed_free_bytes");
    }

    @Test
    void marks_ofOneGibibyte_leaveMostOfIt() {
        SpaceMarks marks = SpaceMarks.of(new PressureOptions(), 1024 * MIB);
        assertThat(marks).isEqualTo(new SpaceMarks(64 * MIB, 1024 * MIB / 10, 16 * MIB, 32 * MIB));
        SpaceMarks large = SpaceMarks.of(new PressureOptions(), Long.MAX_VALUE);
        assertThat(large).isEqualTo(new SpaceMarks(512 * MIB, 1024 * MIB, 32 * MIB, 256 * MIB));
    }

    @Test
    void marks_oneConfigured_theOtherFollows() {
        SpaceMarks lower = SpaceMarks.of(new PressureOptions().setShedFreeBytes(4_000 * MIB), 10_000 * MIB);
        assertThat(lower.resumeBytes()).isGreaterThan(lower.shedBytes());
        SpaceMarks upper = SpaceMarks.of(new PressureOptions().setResumeFreeBytes(10 * MIB), 10_000 * MIB);
        assertThat(upper.shedBytes()).isEqualTo(5 * MIB);
    }

    @Property
    void marks_ofAnyVolume_resumeIsAboveShed(@ForAll @LongRange(min = 0) long totalBytes) {
        SpaceMarks marks = SpaceMarks.of(new PressureOptions(), totalBytes);
        assertThat(marks.resumeBytes()).isGreaterThan(marks.shedBytes());
        assertThat(marks.reserveBytes()).isLessThanOrEqualTo(marks.shedBytes());
        assertThat(marks.low(false, marks.shedBytes())).isFalse();
        assertThat(marks.low(true, marks.resumeBytes() - 1)).isTrue();
        assertThat(marks.low(true, marks.resumeBytes())).isFalse();
    }
}
