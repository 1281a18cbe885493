package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WriteActivityTest {
    private final DirtyCounter dirty = new DirtyCounter(new AtomicLong()::get);
    private final WriteActivity writeActivity = new WriteActivity(dirty);

    private long movedAfterALookAt(long now) {
        writeActivity.look(now);
        return writeActivity.lastWriteNanos();
    }

    @Test
    void look_indexAloneMoved_isAWrite() {
        dirty.mark(1, 10);
        assertThat(movedAfterALookAt(100)).isEqualTo(100);
        dirty.mark(2, 0); // a delete of nothing, as a store may count it
        assertThat(movedAfterALookAt(200)).isEqualTo(200);
        assertThat(writeActivity.index()).isEqualTo(2);
    }

    @Test
    void look_bytesAloneMoved_isAWrite() {
        dirty.mark(1, 10);
        assertThat(movedAfterALookAt(100)).isEqualTo(100);
        dirty.mark(1, 10); // several writes may bear one index
        assertThat(movedAfterALookAt(200)).isEqualTo(200);
    }

    @Test
    void look_nothingMoved_keepsTheFirstLookThatSawIt() {
        dirty.mark(1, 10);
        assertThat(movedAfterALookAt(100)).isEqualTo(100);
        assertThat(movedAfterALookAt(200)).isEqualTo(100);
        assertThat(movedAfterALookAt(300)).isEqualTo(100);
    }
}
