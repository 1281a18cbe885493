package io.tidemark.bitcask;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.durable.StoreDirectory;
import io.tidemark.fuzz.Allocations;
import io.tidemark.fuzz.Input;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/**
 * A store's files, manifest and data, out of good and bad parts, most with good checksums: it opens, as {@code verify} says it
 * does, or is refused, as {@code verify} says too. If all parts were good it has all.
 */
@Tag("fuzz")
@Timeout(10)
class StoreFuzzTest {
    private static final int MAX_BYTES = 8 << 20;

    private final CRC32C crc = new CRC32C();

    /** One data file under construction. */
    record Draft(long id, ByteBuffer bytes) {}

    @FuzzTest(maxDuration = "2s")
    void open(byte[] bytes) throws IOException {
        Input input = new Input(bytes);
        Map<String, byte[]> keys = new TreeMap<>();
        List<Draft> files = new ArrayList<>();
        FaultyDisk scratch = new FaultyDisk(1);
        boolean good = true;
        long index = 0;
        while (input.hasMore() && files.size() < 4) {
            Draft file = new Draft(files.size() + 1, header(scratch, files.size() + 1));
            files.add(file);
            int parts = input.u8() % 8;
            for (int i = 0; i < parts && file.bytes().remaining() > 1_000; i++) {
                index++;
                good &= part(file.bytes(), input, index, keys);
            }
        }
        FaultyDisk disk = new FaultyDisk(1);
        good &= put(disk, files, index, input);
        compare(disk, good ? keys : null);
    }

    private static ByteBuffer header(FaultyDisk scratch, long id) throws IOException {
        DataFile.create(new StoreDirectory(scratch, StoreFixture.DIRECTORY.getRoot(), 1), id, owner())
                .close();
        byte[] header = scratch.bytes(StoreFixture.DIRECTORY.getRoot().resolve(DataFile.name(id)));
        return ByteBuffer.allocate(32 << 10).put(header);
    }

    private static StoreIdentity owner() {
        return new StoreIdentity(StoreFixture.OWNER, StoreFixture.SHARD);
    }

    /** Returns whether it is good. */
    private boolean part(ByteBuffer file, Input input, long index, Map<String, byte[]> keys) {
        byte[] key = {(byte) ('a' + input.u8() % 4)};
        int start = file.position();
        switch (input.u8() % 8) {
            case 0, 1, 2, 3 -> {
                byte[] value = input.bytes(input.u8());
                DataRecord.encode(file, index, key, value);
                keys.put(Arrays.toString(key), value);
                return true;
            }
            case 4 -> {
                DataRecord.encode(file, index, key, null);
                keys.remove(Arrays.toString(key));
                return true;
            }
            case 5 -> {
                file.put(input.bytes(input.u8()));
                return file.position() == start;
            }
            case 6 -> {
                // lengths of any size, with the checksum that goes with what is there
                byte[] rest = input.bytes(input.u8() % 32);
                file.putInt(0).putLong(input.near(index)).putLong(0).putInt((int) input.near(rest.length));
                file.putInt((int) input.near(0)).put(rest);
                file.putInt(start, DataRecord.crc(file, start, file.position()));
                return false;
            }
            default -> {
                int at = Math.max(0, start - 1 - input.u8());
                file.put(at, (byte) (file.get(at) ^ (1 << (input.u8() % 8))));
                return false;
            }
        }
    }

    private boolean put(FaultyDisk disk, List<Draft> files, long index, Input input) {
        boolean good = true;
        int odd = input.u8();
        Input how = odd < 128 ? new Input(new byte[0]) : input;
        ByteBuffer manifest = ByteBuffer.allocate(200);
        manifest.putInt(0x544d4350).putInt((int) how.near(1));
        manifest.putLong(StoreFixture.OWNER.getMostSignificantBits())
                .putLong(how.near(StoreFixture.OWNER.getLeastSignificantBits()));
        manifest.putInt((int) how.near(StoreFixture.SHARD)).putInt((int) how.near(files.size()));
        manifest.putLong(how.near(index)).putLong(how.near(1)).putLong(how.near(files.size() + 1L));
        for (Draft file : files) {
            int length = file.bytes().position();
            disk.put(
                    StoreFixture.file((int) file.id()),
                    Arrays.copyOf(file.bytes().array(), length + how.u8() % 3));
            manifest.putLong(how.near(file.id())).putLong(how.near(length));
        }
        int end = manifest.position();
        crc.reset();
        crc.update(manifest.array(), 0, end);
        manifest.putInt((int) crc.getValue());
        if (how.u8() % 8 == 7) {
            manifest.put(how.u8() % end, (byte) how.u8());
        }
        good &= odd < 128;
        disk.put(StoreFixture.MANIFEST, Arrays.copyOf(manifest.array(), manifest.position()));
        return good;
    }

    private static void compare(FaultyDisk disk, @Nullable Map<String, byte[]> expected) throws IOException {
        List<StoreInspection.Report> reports = new ArrayList<>();
        Allocations.atMost(
                MAX_BYTES,
                () -> reports.add(
                        StoreInspection.of(disk, StoreFixture.DIRECTORY, StoreFixture.OWNER, StoreFixture.SHARD)));
        List<String> problems = reports.get(0).problems();
        List<Bitcask> opened = new ArrayList<>();
        try {
            Allocations.atMost(MAX_BYTES, () -> opened.add(0, StoreFixture.open(disk)));
        } catch (CorruptionException refused) {
            assertThat(problems).as("verify, of " + refused.getMessage()).contains(refused.getMessage());
            assertThat(refused).hasMessageContaining(StoreFixture.DIRECTORY.toString());
            assertThat(expected)
                    .as("refused, though it is good: " + refused.getMessage())
                    .isNull();
            return;
        }
        try (Bitcask store = opened.get(0)) {
            assertThat(problems).as("verify, of what opens").isEmpty();
            for (char key = 'a'; key <= 'd'; key++) {
                byte[] value = store.get(new byte[] {(byte) key});
                if (expected != null) {
                    assertThat(value).isEqualTo(expected.get(Arrays.toString(new byte[] {(byte) key})));
                }
            }
            if (expected != null) {
                assertThat(store.keys()).isEqualTo(expected.size());
            }
            StoreFixture.commit(store, store.durableIndex() + 1, "later", "x");
            StoreFixture.generation(store);
        }
        try (Bitcask again = StoreFixture.open(disk)) {
            assertThat(StoreFixture.get(again, "later")).isEqualTo("x");
        }
    }
}
