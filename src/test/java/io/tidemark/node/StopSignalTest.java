package io.tidemark.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StopSignalTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 6})
    void exit_afterSigterm_endsWithItsCode(int code) throws Exception {
        try (Probe probe = Probe.start(StopProbe.class, Integer.toString(code))) {
            assertThat(probe.line()).isEqualTo("running");
            probe.terminate();
            assertThat(probe.exitCode()).isEqualTo(code);
        }
    }

    @Test
    void exit_withoutSignal_endsWithItsCode() throws Exception {
        try (Probe probe = Probe.start(StopProbe.class, "now")) {
            assertThat(probe.exitCode()).isEqualTo(ExitCode.LOG_FAILED.code());
        }
    }

    @Test
    void stop_thatNeverEnds_isCutOffAtTheLimit() throws Exception {
        try (Probe probe = Probe.start(StopProbe.class, "never")) {
            assertThat(probe.line()).isEqualTo("running");
            probe.terminate();
            assertThat(probe.exitCode()).isEqualTo(ExitCode.STOP_INCOMPLETE.code());
        }
    }
}
