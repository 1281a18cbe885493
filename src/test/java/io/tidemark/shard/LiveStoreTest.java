package io.tidemark.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.bitcask.Bitcask;
import io.tidemark.bitcask.BitcaskOptions;
import io.tidemark.disk.FaultyDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What waits for a repair, and how it stops waiting. */
@Timeout(20)
final class LiveStoreTest {
    private final Bitcask first = store();
    private final Bitcask second = store();
    private final Queue<Runnable> handedOver = new ConcurrentLinkedQueue<>();

    private static Bitcask store() {
        try {
            return Bitcask.open(new FaultyDisk(1), Path.of("/data"), new UUID(1, 2), 0, new BitcaskOptions());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whenReplaced_replacedLater_runsThenAndWhereItWasTold() {
        LiveStore live = new LiveStore(first);
        Bitcask[] seen = {null};
        live.whenReplaced(first, handedOver::add, () -> seen[0] = live.current());
        assertThat(handedOver).isEmpty();
        live.replace(second);
        assertThat(seen[0]).as("run on the caller's thread").isNull();
        handedOver.remove().run();
        assertThat(seen[0]).isSameAs(second);
    }

    @Test
    void whenReplaced_replacedMeanwhile_doesNotWait() {
        LiveStore live = new LiveStore(first);
        live.replace(second);
        live.whenReplaced(first, handedOver::add, () -> {});
        assertThat(handedOver).hasSize(1);
    }

    @Test
    void whenReplaced_neverReplaced_endsAfterItsTime() throws Exception {
        LiveStore live = new LiveStore(first, 50);
        CountDownLatch ran = new CountDownLatch(1);
        live.whenReplaced(first, Runnable::run, ran::countDown);
        assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(live.waiting()).isZero();
    }

    @Test
    void whenReplaced_tooManyWait_theNextDoesNot() {
        LiveStore live = new LiveStore(first);
        for (int i = 0; i < LiveStore.MAX_WAITING; i++) {
            live.whenReplaced(first, handedOver::add, () -> {});
        }
        assertThat(handedOver).isEmpty();
        live.whenReplaced(first, handedOver::add, () -> {});
        assertThat(handedOver).hasSize(1);
        live.end();
        assertThat(handedOver).hasSize(LiveStore.MAX_WAITING + 1);
        assertThat(live.waiting()).isZero();
        live.whenReplaced(first, handedOver::add, () -> {});
        assertThat(handedOver).as("after the end").hasSize(LiveStore.MAX_WAITING + 2);
    }
}
