package io.tidemark.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    private final Path data;
    private final Path logs;
    private final InstantClock clock = new InstantClock();

    DataDirectoryTest(@TempDir Path temporary) {
        data = temporary.resolve("a/data");
        logs = temporary.resolve("b/logs");
    }

    @Test
    void open_firstAndAgain_keepsTheId() throws Exception {
        UUID id = open(null);
        assertThat(open(null)).isEqualTo(id);
        assertThat(Files.readString(data.resolve("TIDEMARK")))
                .startsWith("tidemark data\nformat 1\nid " + id
                        + "\nshards 4\nslots crc16-redis-cluster\nlogs inside\ncrc32c ");
        assertThat(Files.readString(data.resolve("LOCK")))
                .isEqualTo(ProcessHandle.current().pid() + "\n");
    }

    /** A process killed between making a directory and forcing its name leaves a name that a power cut may remove. */
    @Test
    void I1_firstStartInExistingDirectories_makesTheirNamesDurable() throws Exception {
        Files.createDirectories(data);
        Files.createDirectories(logs);
        List<Path> forced = new ArrayList<>();
        Disk recording = recording(forced);
        DataDirectory.open(recording, data, logs, 4, clock).close();
        Path above = Objects.requireNonNull(data.getParent());
        assertThat(forced).contains(data, above, logs, logs.getParent(), above.getParent());
        assertThat(forced.indexOf(above)).as("before the identity is written").isLessThan(forced.lastIndexOf(data));
        forced.clear();
        DataDirectory.open(recording, data, logs, 4, clock).close();
        assertThat(forced).as("known by then").containsOnly(data, logs);
    }

    /** The force of the identity's name may have failed in the process that made it; a later force of it proves nothing. */
    @Test
    void I2_identityOfANewDirectory_isWrittenAgainUntilAShardHasADirectory() throws Exception {
        for (boolean elsewhere : new boolean[] {false, true}) {
            Path dataDir = data.resolveSibling(elsewhere ? "elsewhere" : "inside");
            Path logDir = elsewhere ? data.resolveSibling("its-logs") : null;
            Path identity = dataDir.resolve(Identity.FILE);
            DataDirectory.open(Disk.real(), dataDir, logDir, 4).close();
            Files.createLink(
                    dataDir.resolveSibling("kept-" + elsewhere), identity); // keeps its inode from being reused
            Object first =
                    Files.readAttributes(identity, BasicFileAttributes.class).fileKey();
            DataDirectory.open(Disk.real(), dataDir, logDir, 4).close();
            Object second =
                    Files.readAttributes(identity, BasicFileAttributes.class).fileKey();
            assertThat(second).as("without a shard's directory").isNotEqualTo(first);
            Files.createDirectory(dataDir.resolve("shard-0000"));
            DataDirectory.open(Disk.real(), dataDir, logDir, 4).close();
            assertThat(Files.readAttributes(identity, BasicFileAttributes.class).fileKey())
                    .as("with one")
                    .isEqualTo(second);
        }
    }

    private static Disk recording(List<Path> forced) {
        return (Disk) Proxy.newProxyInstance(
                Disk.class.getClassLoader(), new Class<?>[] {Disk.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("forceDirectory")) {
                        forced.add((Path) arguments[0]);
                    }
                    if (method.isDefault()) {
                        return InvocationHandler.invokeDefault(proxy, method, arguments);
                    }
                    try {
                        return method.invoke(Disk.real(), arguments);
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                });
    }

    @Test
    void paths_perShard_lieAsDocumented() throws Exception {
        try (DataDirectory directory = DataDirectory.open(Disk.real(), data, null, 4, clock)) {
            assertThat(directory.shardData(3)).isEqualTo(data.resolve("shard-0003/data"));
            assertThat(directory.shardLog(3)).isEqualTo(data.resolve("shard-0003/log"));
        }
        Path other = data.resolveSibling("other");
        try (DataDirectory directory = DataDirectory.open(Disk.real(), other, logs, 4, clock)) {
            assertThat(directory.shardData(3)).isEqualTo(other.resolve("shard-0003/data"));
            assertThat(directory.shardLog(3)).isEqualTo(logs.resolve("shard-0003"));
        }
    }

    @Test
    void open_whileOpenInThisProcess_isRefused() throws Exception {
        try (DataDirectory first = DataDirectory.open(Disk.real(), data, null, 4, clock)) {
            assertThat(first.id()).isNotNull();
            Path link = Files.createSymbolicLink(data.resolveSibling("link"), data);
            assertRefused(null, data + " is in use by this process");
            assertThatThrownBy(() -> DataDirectory.open(Disk.real(), link, null, 4, clock))
                    .isInstanceOf(DataDirectoryException.class)
                    .hasMessageContaining("in use");
        }
        open(null);
    }

    @Test
    void open_whileOpenInAnotherProcess_isRefusedAndNamesIt() throws Exception {
        open(null);
        try (Probe probe = Probe.start(LockProbe.class, data.toString())) {
            assertThat(probe.line()).isEqualTo("locked");
            assertRefused(null, data + " is in use by another node, process " + probe.pid() + "; stop that node");
            probe.kill();
        }
        open(null);
    }

    @Test
    void open_refusedInThisProcess_leavesTheLockWithItsHolder() throws Exception {
        try (DataDirectory first = DataDirectory.open(Disk.real(), data, null, 4, clock)) {
            assertThat(first.id()).isNotNull();
            assertRefused(null, "in use by this process");
            try (Probe probe = Probe.start(LockProbe.class, data.toString())) {
                assertThat(probe.line())
                        .contains("in use by another node, process "
                                + ProcessHandle.current().pid());
            }
        }
    }

    @Test
    void open_refusedForItsIdentity_releasesTheLock() throws Exception {
        open(null);
        assertThatThrownBy(() -> DataDirectory.open(Disk.real(), data, null, 8, clock))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining(data + " was made with 4 shards, and the configuration says 8")
                .hasMessageContaining("set `shards` to 4");
        open(null);
    }

    @Test
    void open_ofDamagedIdentity_isCorruption() throws Exception {
        open(null);
        Path file = data.resolve("TIDEMARK");
        byte[] good = Files.readAllBytes(file);
        for (int at = 0; at < good.length; at++) {
            byte[] bad = good.clone();
            bad[at] ^= 1;
            Files.write(file, bad);
            assertThatThrownBy(() -> DataDirectory.open(Disk.real(), data, null, 4, clock))
                    .as("byte %d", at)
                    .isInstanceOf(CorruptionException.class)
                    .hasMessageContaining(file + " is damaged");
        }
        for (int length = 0; length < good.length; length++) {
            Files.write(file, Arrays.copyOf(good, length));
            assertThatThrownBy(() -> DataDirectory.open(Disk.real(), data, null, 4, clock))
                    .as("cut to %d", length)
                    .isInstanceOf(CorruptionException.class);
        }
        Files.write(file, new byte[10_000]);
        assertRefused(null, file + " can't be read", "10000 bytes");
    }

    @Test
    void open_ofNewerFormat_isRefused() throws Exception {
        open(null);
        Path file = data.resolve("TIDEMARK");
        String text = "tidemark data\nformat 2\nanything else\n";
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        Files.writeString(file, text + String.format(Locale.ROOT, "crc32c %08x\n", crc.getValue()));
        assertRefused(null, file + " has format 2, this version knows format 1");
    }

    @Test
    void open_ofDataWithoutIdentity_isRefused() throws Exception {
        open(null);
        Files.createDirectories(data.resolve("shard-0000/data"));
        Files.delete(data.resolve("TIDEMARK"));
        assertRefused(null, data + " has no file TIDEMARK and is not empty (it has shard-0000)");
    }

    @Test
    void open_ofNewVolume_toleratesLostAndFound() throws Exception {
        Files.createDirectories(data.resolve("lost+found"));
        Files.writeString(data.resolve("TIDEMARK.new"), "half of a");
        open(null);
    }

    @Test
    void open_ofFileOrBelowOne_isRefused() throws Exception {
        Files.createDirectories(data.getParent());
        Files.writeString(data, "");
        assertRefused(null, data + " (`data_dir`) is a file");
        assertThatThrownBy(() -> DataDirectory.open(Disk.real(), data.resolve("below"), null, 4, clock))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining(data.resolve("below") + " (`data_dir`) can't be created");
    }

    @Test
    void open_whereTheLockCantBeOpened_isRefused() throws Exception {
        Files.createDirectories(data.resolve("LOCK"));
        assertRefused(null, data + " can't be locked");
    }

    /** Through a symbolic link, any file could be overwritten. */
    @Test
    void open_whereTheLockIsALink_isRefusedAndItsTargetIsUnchanged() throws Exception {
        Path precious = data.resolveSibling("precious");
        open(logs);
        Files.writeString(precious, "a text that is long enough");
        for (Path directory : List.of(data, logs)) {
            open(logs);
            Path lock = directory.resolve("LOCK");
            Files.delete(lock);
            Files.createSymbolicLink(lock, precious);
            assertRefused(logs, lock + " is a symbolic link, to " + precious, "remove it");
            assertThat(precious).hasContent("a text that is long enough");
            Files.delete(lock);
            Files.createSymbolicLink(lock, data.resolveSibling("dangling"));
            assertRefused(logs, lock + " is a symbolic link");
            assertThat(data.resolveSibling("dangling")).doesNotExist();
            Files.delete(lock);
        }
        open(logs);
    }

    /** Otherwise the first client that writes there would find it. */
    @Test
    void open_whereAShardCannotWrite_isRefusedByShardDirectoryAndReason() throws Exception {
        open(logs);
        for (Path directory : List.of(
                data.resolve("shard-0003"), data.resolve("shard-0003/data"), logs.resolve("shard-0003"), data, logs)) {
            Files.createDirectories(directory);
            Disk denying = denying(directory);
            assertThatThrownBy(() -> DataDirectory.open(denying, data, logs, 4, clock))
                    .as("%s", directory)
                    .isInstanceOf(DataDirectoryException.class)
                    .hasMessageContaining(directory.toString())
                    .hasMessageContaining("permission denied")
                    .hasMessageContaining("the node's user must be able to");
            open(logs);
            assertThat(Files.exists(directory.resolve("PROBE"))).isFalse();
        }
        assertThat(clock.pausedMillis()).isZero();
    }

    /** A disk that can create no file in a directory; file permissions do not stop root. */
    private static Disk denying(Path directory) {
        return (Disk) Proxy.newProxyInstance(
                Disk.class.getClassLoader(), new Class<?>[] {Disk.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("create") && directory.equals(((Path) arguments[0]).getParent())) {
                        throw new AccessDeniedException(arguments[0].toString());
                    }
                    if (method.isDefault()) {
                        return InvocationHandler.invokeDefault(proxy, method, arguments);
                    }
                    try {
                        return method.invoke(Disk.real(), arguments);
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                });
    }

    @Test
    void open_throughALinkToTheDirectory_isTheSameDirectory() throws Exception {
        UUID id = open(null);
        Path link = Files.createSymbolicLink(data.resolveSibling("link"), data);
        try (DataDirectory directory = DataDirectory.open(Disk.real(), link, null, 4, clock)) {
            assertThat(directory.id()).isEqualTo(id);
        }
    }

    @Test
    void open_refused_leavesOnlyTheLockWhereNothingWas() throws Exception {
        Files.createDirectories(data.resolve("somebody-elses"));
        assertRefused(null, "is not empty (it has somebody-elses)");
        assertThat(data.toFile().list()).containsExactlyInAnyOrder("LOCK", "somebody-elses");
    }

    @Test
    void open_afterAnOrderlyStopOrASigkill_doesNotWait() throws Exception {
        open(logs);
        open(logs);
        try (Probe probe = Probe.start(LockProbe.class, data.toString(), logs.toString())) {
            assertThat(probe.line()).isEqualTo("locked");
            probe.kill();
        }
        open(logs);
        assertThat(clock.pausedMillis()).isZero();
    }

    /** The previous owner may still run. */
    @Test
    void open_afterTheLockWasRemoved_waitsForAnAnswer() throws Exception {
        open(null);
        try (Probe probe = Probe.start(LockProbe.class, data.toString())) {
            assertThat(probe.line()).isEqualTo("locked");
            Files.delete(data.resolve("LOCK"));
            open(null);
            assertThat(clock.pausedMillis()).isBetween(2 * Ownership.CLAIM_MS, 2 * Ownership.CLAIM_MS + 1_000);
            probe.kill();
        }
    }

    @Test
    void open_withLogsElsewhere_identifiesBoth() throws Exception {
        UUID id = open(logs);
        assertThat(open(logs)).isEqualTo(id);
        assertThat(Identity.read(Disk.real(), data)).map(Identity::logs).contains(Identity.Logs.ELSEWHERE);
        assertThat(Identity.read(Disk.real(), logs))
                .contains(new Identity(Identity.Role.LOG, id, 4, "crc16-redis-cluster", Identity.Logs.ELSEWHERE));
    }

    @Test
    void open_withLogVolumeMissing_isRefused() throws Exception {
        open(logs);
        Files.delete(logs.resolve("TIDEMARK"));
        assertRefused(logs, logs + " (`log.dir`) has no file TIDEMARK", "Is the volume mounted?");
        Files.delete(logs.resolve("LOCK"));
        Files.delete(logs.resolve("OWNER"));
        Files.delete(logs);
        assertRefused(logs, logs + " (`log.dir`) has no file TIDEMARK", "Is the volume mounted?");
        assertThat(logs).doesNotExist();
    }

    /** It would create, rename and delete the same segments. */
    @Test
    void open_ofACopyBesideItsOriginal_isRefusedForTheLogs() throws Exception {
        Path copy = data.resolveSibling("copy");
        try (DataDirectory original = DataDirectory.open(Disk.real(), data, logs, 4, clock)) {
            Files.createDirectories(copy);
            Files.copy(data.resolve("TIDEMARK"), copy.resolve("TIDEMARK"));
            assertThatThrownBy(() -> DataDirectory.open(Disk.real(), copy, logs, 4, clock))
                    .isInstanceOf(DataDirectoryException.class)
                    .hasMessageContaining(logs + " is in use by this process")
                    .hasMessageContaining("give this one a `log.dir` of its own");
            assertThatThrownBy(() -> DataDirectory.inspect(Disk.real(), copy, logs))
                    .isInstanceOf(DataDirectoryException.class);
            assertThat(original.id()).isNotNull();
        }
        DataDirectory.open(Disk.real(), copy, logs, 4, clock).close();
        open(logs);
    }

    @Test
    void open_withForeignLogVolume_isRefusedByName() throws Exception {
        UUID id = open(logs);
        Path otherLogs = logs.resolveSibling("other-logs");
        UUID otherId;
        try (DataDirectory other = DataDirectory.open(Disk.real(), data.resolveSibling("other"), otherLogs, 4, clock)) {
            otherId = other.id();
        }
        assertRefused(otherLogs, otherLogs.toString(), otherId.toString(), data + " is " + id);
        assertThatThrownBy(() -> DataDirectory.open(Disk.real(), data.resolveSibling("new"), logs, 4, clock))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining(logs + " (`log.dir`) is not empty");
    }

    @Test
    void open_withLogsMoved_isRefused() throws Exception {
        open(null);
        assertRefused(logs, data + " keeps its logs inside");
        Path other = data.resolveSibling("other");
        DataDirectory.open(Disk.real(), other, logs, 4, clock).close();
        assertThatThrownBy(() -> DataDirectory.open(Disk.real(), other, null, 4, clock))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("keeps its logs in a directory of their own");
        assertThatThrownBy(() -> DataDirectory.open(Disk.real(), logs, null, 4, clock))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining(logs + " is the log directory of the data directory");
    }

    @Test
    void open_afterACrashInTheFirstStart_completesIt() throws Exception {
        UUID id = UUID.randomUUID();
        Identity pending = new Identity(Identity.Role.DATA, id, 4, Identity.CRC16_SLOTS, Identity.Logs.PENDING);
        Files.createDirectories(data);
        pending.write(Disk.real(), data);
        assertThat(open(logs)).isEqualTo(id);

        pending.write(Disk.real(), data);
        assertThat(open(logs)).as("the log directory already had its file").isEqualTo(id);
        assertThat(Identity.read(Disk.real(), data)).map(Identity::logs).contains(Identity.Logs.ELSEWHERE);
    }

    private UUID open(@Nullable Path logDir) throws IOException {
        try (DataDirectory directory = DataDirectory.open(Disk.real(), data, logDir, 4, clock)) {
            return directory.id();
        }
    }

    private void assertRefused(@Nullable Path logDir, String... message) {
        assertThatThrownBy(() -> DataDirectory.open(Disk.real(), data, logDir, 4, clock))
                .isInstanceOf(DataDirectoryException.class)
                .message()
                .contains(message);
    }
}
