package io.tidemark.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RealDiskTest extends DiskContract {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Override
    Disk disk() {
        return Disk.real();
    }

    @Override
    Path directory() {
        return directory;
    }

    /** I7: the least that a sick file system does; {@code Files.exists} says no then. */
    @Test
    void I7_whatCannotBeLookedAt_isNotTakenForMissing() throws IOException {
        Path loop = Files.createSymbolicLink(directory.resolve("loop"), Path.of("loop"));
        for (Path path : List.of(loop, loop.resolve("below"))) {
            assertThatThrownBy(() -> disk().exists(path)).isInstanceOf(FileSystemException.class);
            assertThatThrownBy(() -> disk().list(path)).isInstanceOf(FileSystemException.class);
        }
        assertThat(disk().exists(directory.resolve("none"))).isFalse();
        assertThat(disk().list(directory.resolve("none"))).isEmpty();
    }

    /** Behind a link could be anybody's file. */
    @Test
    void anyFileThatIsWritten_isWrittenThroughNoLink() throws IOException {
        Path precious = Files.writeString(directory.resolve("precious"), "text");
        Path link = Files.createSymbolicLink(directory.resolve("link"), precious);
        assertThatThrownBy(() -> disk().create(link)).isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> disk().openForWrite(link)).hasMessageContaining(link + ": is a symbolic link");
        assertThatThrownBy(() -> disk().mapRange(link, 0, 1)).hasMessageContaining("is a symbolic link");
        Files.createSymbolicLink(directory.resolve("CHECKPOINT.new"), precious);
        Path replaced = Files.createSymbolicLink(directory.resolve("CHECKPOINT"), precious);
        disk().replace(replaced, new byte[] {1});
        assertThat(replaced).isRegularFile().hasBinaryContent(new byte[] {1});
        assertThat(Files.isSymbolicLink(replaced)).isFalse();
        disk().delete(link);
        assertThat(precious).hasContent("text");
        Path dangling = Files.createSymbolicLink(directory.resolve("dangling"), directory.resolve("nowhere"));
        assertThatThrownBy(() -> disk().create(dangling)).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(directory.resolve("nowhere")).doesNotExist();
    }

    /** Of many failures Java's message is the path alone. */
    @Test
    void anyFailure_saysWhatIsWrong() throws IOException {
        Path file = directory.resolve("file");
        assertThatThrownBy(() -> disk().openForRead(file))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessage(file + ": no such file or directory");
        disk().create(file).close();
        assertThatThrownBy(() -> disk().create(file))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessage(file + ": already exists");
        Files.createDirectories(directory.resolve("full/of"));
        assertThatThrownBy(() -> disk().delete(directory.resolve("full")))
                .hasMessageContaining(": directory not empty");
        assertThat(PathErrors.explained(new AccessDeniedException("/shard-0003/data")))
                .isInstanceOf(AccessDeniedException.class)
                .hasMessage("/shard-0003/data: permission denied");
        IOException plain = new IOException("Input/output error");
        assertThat(PathErrors.explained(plain)).isSameAs(plain);
    }
}
