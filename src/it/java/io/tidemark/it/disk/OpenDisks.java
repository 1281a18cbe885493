package io.tidemark.it.disk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Every disk that this JVM has not closed yet, and where disks live: {@code tidemark-it-PID-N} in {@code /dev/shm} if there
 * is space, else in the temporary directory. They are closed when the JVM exits; the first disk of a JVM removes what others left
 * that were killed.
 */
final class OpenDisks {
    private static final String PREFIX = "tidemark-it-";
    private static final Pattern OWNER = Pattern.compile("/" + PREFIX + "(\\d+)-\\d+");
    private static final long MEMORY_BYTES = 1L << 30;
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final Set<AutoCloseable> OPEN = ConcurrentHashMap.newKeySet();
    private static final Path BASE = base();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(OpenDisks::closeAll, "disk-reaper"));
        removeDead();
    }

    private OpenDisks() {}

    /** A new directory for one disk. */
    static Path newDirectory() throws IOException {
        return Files.createDirectory(BASE.resolve(own() + NUMBERS.incrementAndGet()));
    }

    static void add(AutoCloseable disk) {
        OPEN.add(disk);
    }

    static void remove(AutoCloseable disk) {
        OPEN.remove(disk);
    }

    /** What this JVM has made and not removed: disks, mounts, loop devices, directories; normally empty. */
    static List<String> left() throws IOException {
        List<String> left = new ArrayList<>();
        OPEN.forEach(disk -> left.add("not closed: " + disk));
        for (Path mount : mounts()) {
            if (mount.toString().contains("/" + own())) {
                left.add("mounted: " + mount);
            }
        }
        for (String device : attached()) {
            if (device.contains("/" + own())) {
                left.add("attached: " + device);
            }
        }
        try (Stream<Path> directories = Files.list(BASE)) {
            directories
                    .filter(one -> one.getFileName().toString().startsWith(own()))
                    .forEach(one -> left.add("on disk: " + one));
        }
        return left;
    }

    private static String own() {
        return PREFIX + ProcessHandle.current().pid() + "-";
    }

    private static Path base() {
        Path memory = Path.of("/dev/shm");
        try {
            if (Files.isWritable(memory) && Files.getFileStore(memory).getUsableSpace() >= MEMORY_BYTES) {
                return memory;
            }
        } catch (IOException unknown) {
            // then not there
        }
        return Path.of(System.getProperty("java.io.tmpdir"));
    }

    private static void closeAll() {
        for (AutoCloseable disk : OPEN) {
            try {
                disk.close();
            } catch (Exception failed) {
                System.err.println("closing " + disk + ": " + failed);
            }
        }
    }

    private static void removeDead() {
        try {
            List<Path> mounts = new ArrayList<>(mounts());
            Collections.reverse(mounts); // the inner one first
            for (Path mount : mounts) {
                if (isDead(mount)) {
                    tryToRun("fsfreeze", "--unfreeze", mount);
                    tryToRun("umount", "--lazy", mount);
                }
            }
            for (String device : attached()) {
                if (isDead(Path.of(device))) {
                    tryToRun("losetup", "--detach", "/dev/" + device.split(" ", 2)[0]);
                }
            }
            for (Path directory : dead()) {
                tryToRun("rm", "-rf", "--one-file-system", directory);
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static List<Path> dead() throws IOException {
        try (Stream<Path> directories = Files.list(BASE)) {
            return directories.filter(OpenDisks::isDead).toList();
        }
    }

    private static boolean isDead(Path path) {
        Matcher owner = OWNER.matcher(path.toString());
        return owner.find() && !Files.exists(Path.of("/proc", owner.group(1)));
    }

    private static void tryToRun(Object... command) {
        try {
            Program.run(command);
        } catch (IOException refused) {
            System.err.println("removing what a killed test left: " + refused.getMessage());
        }
    }

    private static List<Path> mounts() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mounts"), StandardCharsets.UTF_8).stream()
                .map(line -> Path.of(line.split(" ", -1)[1]))
                .toList();
    }

    /** The files behind loop devices. */
    private static List<String> attached() throws IOException {
        List<String> files = new ArrayList<>();
        if (!Files.isDirectory(Path.of("/sys/block"))) {
            return files;
        }
        try (Stream<Path> blocks = Files.list(Path.of("/sys/block"))) {
            for (Path block : blocks.toList()) {
                Path file = block.resolve("loop/backing_file");
                if (Files.exists(file)) {
                    files.add(block.getFileName() + " on "
                            + Files.readString(file, StandardCharsets.UTF_8).strip());
                }
            }
        }
        return files;
    }
}
