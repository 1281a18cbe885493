package io.tidemark.it.disk;

import io.tidemark.it.Faults;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A file as a block device: the first free one, never a fixed one. */
final class LoopDevice implements AutoCloseable {
    private static final int CAP_SYS_ADMIN = 21;
    private static final Optional<String> MISSING = tryOne();

    private final String path;
    private @Nullable String largestRequestBefore;
    private boolean detached;

    private LoopDevice(String path) {
        this.path = path;
    }

    /** Why loop devices can't be had; empty if they can. */
    static Optional<String> missing() {
        return MISSING;
    }

    private static Optional<String> tryOne() {
        try {
            if (!Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
                return Optional.of("not root: no loop device and no mount");
            }
            if (!mayMount()) {
                return Optional.of("root without CAP_SYS_ADMIN: no mount");
            }
            if (!Faults.isInstalled("losetup")) {
                return Optional.of("losetup is not installed");
            }
            Path file = Files.createTempFile("tidemark-it-", ".image");
            try {
                Files.write(file, new byte[1 << 20]);
                attach(file).close();
                return Optional.empty();
            } finally {
                Files.delete(file);
            }
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException refused) {
            return Optional.of("no loop device can be had: " + refused.getMessage());
        }
    }

    private static boolean mayMount() throws IOException {
        String effective = "CapEff:";
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith(effective)) {
                String mask = line.substring(effective.length()).strip();
                return (Long.parseUnsignedLong(mask, 16) >> CAP_SYS_ADMIN & 1) != 0;
            }
        }
        return false;
    }

    static LoopDevice attach(Path file) throws IOException {
        return new LoopDevice(Program.run("losetup", "--find", "--show", file));
    }

    String path() {
        return path;
    }

    /** Splits requests into ones of at most so many KiB, until {@link #restore}. */
    void largestRequestKib(int kib) throws IOException {
        Path setting = largestRequest();
        largestRequestBefore = Files.readString(setting, StandardCharsets.US_ASCII);
        Files.write(setting, Integer.toString(kib).getBytes(StandardCharsets.US_ASCII));
    }

    /** Undoes {@link #largestRequestKib}: the setting would outlive the attachment. */
    void restore() throws IOException {
        if (largestRequestBefore != null) {
            Files.write(largestRequest(), largestRequestBefore.getBytes(StandardCharsets.US_ASCII));
            largestRequestBefore = null;
        }
    }

    private Path largestRequest() {
        return Path.of("/sys/block", Path.of(path).getFileName().toString(), "queue/max_sectors_kb");
    }

    /** While it is mounted: the kernel frees it at the unmount. */
    void detachWhenUnused() throws IOException {
        close();
    }

    @Override
    public void close() throws IOException {
        if (!detached) {
            detached = true;
            Program.run("losetup", "--detach", path);
        }
    }

    @Override
    public String toString() {
        return path;
    }
}
