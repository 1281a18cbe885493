package io.tidemark.bitcask;

import static io.tidemark.bitcask.StoreFixture.DIRECTORY;
import static io.tidemark.bitcask.StoreFixture.MANIFEST;
import static io.tidemark.bitcask.StoreFixture.OWNER;
import static io.tidemark.bitcask.StoreFixture.SHARD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.FaultyDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The formats of the manifest and of a data file's header and name: files of earlier versions must stay readable. */
class ManifestTest {
    private static final StoreIdentity IDENTITY = new StoreIdentity(OWNER, SHARD);
    private static final String FIXED = "544d4350 00000001 1122334455667788 99aabbccddeeff00 00000003";

    private final FaultyDisk disk = new FaultyDisk(5);

    @BeforeEach
    void makeDirectory() throws IOException {
        disk.createDirectories(DIRECTORY);
    }

    private static byte[] withCrc(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return ByteBuffer.allocate(bytes.length + 4)
                .put(bytes)
                .putInt((int) crc.getValue())
                .array();
    }

    private static String hex(long number) {
        return HexFormat.of().toHexDigits(number) + " ";
    }

    private Manifest read(byte[] bytes) throws IOException {
        disk.put(MANIFEST, bytes);
        return Manifest.read(disk, DIRECTORY, IDENTITY);
    }

    @Test
    void manifest_ofTheFormatsBytes_isWrittenAndReadAsThem() throws IOException {
        Manifest manifest =
                new Manifest(IDENTITY, 9, 7, 12, List.of(new Manifest.Entry(3, 100), new Manifest.Entry(11, 64)));
        byte[] bytes = withCrc(FIXED + "00000002" + hex(9) + hex(7) + hex(12) + hex(3) + hex(100) + hex(11) + hex(64));
        manifest.write(disk, DIRECTORY);
        assertThat(disk.bytes(MANIFEST)).isEqualTo(bytes);
        assertThat(read(bytes)).isEqualTo(manifest);
        assertThat(manifest.fileIds()).containsExactlyInAnyOrder(3L, 11L);
    }

    @Test
    void manifest_withoutFiles_isTheShortestOne() throws IOException {
        byte[] bytes = withCrc(FIXED + "00000000" + hex(0) + hex(0) + hex(1));
        assertThat(read(bytes)).isEqualTo(new Manifest(IDENTITY, 0, 0, 1, List.of()));
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> read(cut)).as(length + " bytes").isInstanceOf(CorruptionException.class);
        }
    }

    @Test
    void I7_manifestThatContradictsItself_isRefusedAlthoughItsChecksumIsRight() {
        String indexes = hex(9) + hex(7) + hex(12);
        assertThatThrownBy(() -> read(withCrc(FIXED + "00000002" + indexes + hex(3) + hex(100))))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("lists 2 files in 76 bytes");
        assertThatThrownBy(() -> read(withCrc(FIXED + "ffffffff" + indexes)))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("lists -1 files");
        assertThatThrownBy(() -> read(withCrc(FIXED.replace("00000001", "00000002") + "00000000" + indexes)))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("format version 2, expected 1");
        assertThatThrownBy(() -> read(withCrc(FIXED.replace("544d4350", "544d4351") + "00000000" + indexes)))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("is damaged");
    }

    @Test
    void I7_manifestOfAnotherShardOrDirectory_isRefused() throws IOException {
        new Manifest(new StoreIdentity(OWNER, 4), 9, 7, 12, List.of()).write(disk, DIRECTORY);
        assertThatThrownBy(() -> Manifest.read(disk, DIRECTORY, IDENTITY)).isInstanceOf(CorruptionException.class);
        new Manifest(new StoreIdentity(new UUID(1, 2), SHARD), 9, 7, 12, List.of()).write(disk, DIRECTORY);
        assertThatThrownBy(() -> Manifest.read(disk, DIRECTORY, IDENTITY)).isInstanceOf(CorruptionException.class);
    }

    @Test
    void dataFile_ofTheFormatsBytes_hasThemAsItsHeaderAndFirstRecord() throws IOException {
        try (Bitcask store = StoreFixture.open(disk)) {
            StoreFixture.commit(store, 5, "k", "val");
        }
        byte[] header = withCrc(FIXED.replace("544d4350", "544d4446") + "00000000" + hex(1));
        byte[] found = disk.bytes(StoreFixture.file(1));
        assertThat(found).hasSize(64 + 28 + 4);
        assertThat(Arrays.copyOf(found, 64)).isEqualTo(Arrays.copyOf(header, 64));
        byte[] record = HexFormat.of().parseHex("0000000000000005" + "0000000000000000" + "00000001" + "00000003");
        assertThat(Arrays.copyOfRange(found, 68, 92)).isEqualTo(record);
        assertThat(new String(found, 92, 4, StandardCharsets.US_ASCII)).isEqualTo("kval");
    }

    @Test
    void names_areOfDataFilesOnlyWithTenDigits() {
        assertThat(DataFile.name(7)).isEqualTo("0000000007.data");
        assertThat(DataFile.usedIdOf("0123456789.data")).isEqualTo(123_456_789);
        assertThat(DataFile.usedIdOf("0123456789.data.poisoned")).isEqualTo(123_456_789);
        assertThat(DataFile.idOf("9999999999.data")).isEqualTo(9_999_999_999L);
        assertThat(DataFile.idOf("0123456789.data.poisoned")).isEqualTo(-1);
        for (String other : List.of(
                "123456789.data",
                "00123456789.data",
                "012345678/.data",
                ":123456789.data",
                "0123456789.date",
                "0123456789.hint",
                "CHECKPOINT",
                "CHECKPOINT.new",
                ".data")) {
            assertThat(DataFile.usedIdOf(other)).as(other).isEqualTo(-1);
        }
    }
}
