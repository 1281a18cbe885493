package io.tidemark.bitcask;

import static io.tidemark.bitcask.StoreFixture.DIRECTORY;
import static io.tidemark.bitcask.StoreFixture.OWNER;
import static io.tidemark.bitcask.StoreFixture.SHARD;
import static io.tidemark.bitcask.StoreFixture.file;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.durable.StoreFile;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A long start shows that it goes on: one line every five seconds, none in a short one. */
class KeydirLoaderTest {
    private static final long STEP = TimeUnit.SECONDS.toNanos(2);

    private final Logger logger = (Logger) LoggerFactory.getLogger(KeydirLoader.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final FaultyDisk disk = new FaultyDisk(6);
    private final Keydir keydir = new Keydir();

    @BeforeEach
    void fillTwoFiles() throws IOException {
        logger.setLevel(Level.INFO);
        logger.setAdditive(false);
        lines.start();
        logger.addAppender(lines);
        try (Bitcask store = StoreFixture.open(disk, 4 << 20)) {
            StoreFixture.commit(store, 1, "large", "x".repeat(3 << 20));
            StoreFixture.commit(store, 2, "a", "x".repeat(2 << 20));
            StoreFixture.commit(store, 3, "b", "2");
            StoreFixture.commit(store, 4, "a", null);
            StoreFixture.commit(store, 5, "c", "3");
            StoreFixture.generation(store);
        }
    }

    @AfterEach
    void detach() {
        logger.detachAppender(lines);
        logger.setAdditive(true);
        logger.setLevel(null);
    }

    /** Each look at the clock is one step later. */
    private void load(long stepNanos) throws IOException {
        AtomicLong now = new AtomicLong(Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(3));
        KeydirLoader loader = new KeydirLoader(keydir, 5, 6L << 20, () -> now.getAndAdd(stepNanos));
        StoreIdentity owner = new StoreIdentity(OWNER, SHARD);
        for (int id = 1; id <= 2; id++) {
            try (StoreFile each = DataFile.open(disk, DIRECTORY, id, disk.bytes(file(id)).length, owner)) {
                loader.load(each, id - 1);
            }
        }
    }

    @Test
    void load_longerThanFiveSeconds_logsFileBytesAndKeys() throws IOException {
        load(STEP);
        assertThat(lines.list.stream().map(ILoggingEvent::getFormattedMessage))
                .as("after 6 of 10 seconds: the third record is the second file's second")
                .isEqualTo(List.of(file(2) + ": loading keys, 3 of 6 MiB in earlier files done, 3 keys"));
    }

    @Test
    void load_underFiveSeconds_logsNothing() throws IOException {
        load(TimeUnit.SECONDS.toNanos(1));
        assertThat(lines.list).isEmpty();
    }

    @Test
    void load_ofBothFiles_takesTheLastRecordOfEachKey() throws IOException {
        load(0);
        assertThat(keydir.size()).isEqualTo(3);
        assertThat(keydir.find(StoreFixture.bytes("a"))).isEqualTo(-1);
        int slot = keydir.find(StoreFixture.bytes("large"));
        assertThat(keydir.fileAt(slot)).isZero();
        assertThat(keydir.offsetAt(slot)).isEqualTo(DataFile.HEADER);
        assertThat(keydir.valueLengthAt(slot)).isEqualTo(3 << 20);
        assertThat(keydir.fileAt(keydir.find(StoreFixture.bytes("c")))).isEqualTo(1);
    }
}
