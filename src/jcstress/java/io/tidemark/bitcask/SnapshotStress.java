package io.tidemark.bitcask;

import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.durable.FileSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.UUID;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * What a checkpointer captures while the store is written and rotated is the store after one whole entry: an index never goes
 * with the file lengths of another. Every entry appends the same number of bytes, so that one determines the other.
 */
public final class SnapshotStress {
    private static final byte[] KEY = {'k'};
    private static final byte[] VALUE = new byte[400];
    private static final long RECORD_BYTES = DataRecord.sizeOf(KEY.length, VALUE.length);
    private static final int ENTRIES = 200;

    private SnapshotStress() {}

    /** One store for many states: making one takes longer than writing it. */
    private static volatile Bitcask store = open();

    private static Bitcask open() {
        try {
            FaultyDisk disk = new FaultyDisk(1);
            Path directory = Path.of("/data/shard-0");
            disk.createDirectories(directory);
            return Bitcask.open(disk, directory, new UUID(1, 2), 0, new BitcaskOptions(4_096));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean consistent(BitcaskSnapshot snapshot) {
        long bytes = 0;
        for (FileSnapshot each : snapshot.files()) {
            bytes += each.length() - DataFile.HEADER;
        }
        return bytes == snapshot.index() * RECORD_BYTES;
    }

    /** The writer appends, a checkpointer captures. */
    @JCStressTest
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "index and lengths are of one moment")
    @Outcome(expect = Expect.FORBIDDEN, desc = "an index with the lengths of another, or one that went back")
    @State
    public static class WholeEntries {
        /** The writer. */
        @Actor
        public void writer() {
            try {
                Bitcask target = store;
                long index = target.snapshot().index() + 1;
                if (index > ENTRIES) {
                    target = open();
                    store = target;
                    index = 1;
                }
                target.put(KEY, VALUE);
                target.commit(index, 1);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The checkpointer; two captures of the same store. */
        @Actor
        public void checkpointer(ZZ_Result result) {
            Bitcask target = store;
            BitcaskSnapshot first = target.snapshot();
            BitcaskSnapshot second = target.snapshot();
            result.r1 = consistent(first) && consistent(second);
            result.r2 = second.index() >= first.index();
        }
    }
}
