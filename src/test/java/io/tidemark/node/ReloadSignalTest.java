package io.tidemark.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which listeners are notified; {@code ReloadIT} tests real signals. */
class ReloadSignalTest {
    private final ReloadSignal signal = new ReloadSignal();
    private final List<String> asked = new ArrayList<>();

    @Test
    void ask_ofSeveralListeners_notifiesAllEachTime() {
        signal.add(() -> asked.add("configuration"));
        signal.add(() -> asked.add("certificates"));
        assertThat(asked).isEmpty();
        signal.ask();
        signal.ask();
        assertThat(asked).containsExactly("configuration", "certificates", "configuration", "certificates");
    }

    @Test
    void add_afterASignal_isNotifiedAtOnce() {
        signal.ask();
        signal.ask();
        signal.add(() -> asked.add("configuration"));
        assertThat(asked).containsExactly("configuration");
    }

    @Test
    void ask_oneListenerThrows_theOthersAreNotified() {
        signal.add(() -> {
            throw new IllegalStateException("a listener's");
        });
        signal.add(() -> asked.add("certificates"));
        signal.ask();
        assertThat(asked).containsExactly("certificates");
    }
}
