package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WriteActivityTest {
    private final DirtyCounter dirty = new DirtyCounter(new AtomicLong()::get);
    private final WriteActivity writeActivity = new WriteActivity(dirty);

    private long lastWriteObservedAt(long now) {
        writeActivity.observe(now);
        return writeActivity.lastWriteNanos();
    }

    @Test
    void observe_indexAloneChanged_isAWrite() {
        dirty.mark(1, 10);
        assertThat(lastWriteObservedAt(100)).isEqualTo(100);
        dirty.mark(2, 0); // a delete of nothing, as a store may count it
        assertThat(lastWriteObservedAt(200)).isEqualTo(200);
        assertThat(writeActivity.index()).isEqualTo(2);
    }

    @Test
    void observe_bytesAloneChanged_isAWrite() {
        dirty.mark(1, 10);
        assertThat(lastWriteObservedAt(100)).isEqualTo(100);
        dirty.mark(1, 10); // several writes may have one index
        assertThat(lastWriteObservedAt(200)).isEqualTo(200);
    }

    @Test
    void observe_nothingChanged_keepsTheFirstObservation() {
        dirty.mark(1, 10);
        assertThat(lastWriteObservedAt(100)).isEqualTo(100);
        assertThat(lastWriteObservedAt(200)).isEqualTo(100);
        assertThat(lastWriteObservedAt(300)).isEqualTo(100);
    }
}
