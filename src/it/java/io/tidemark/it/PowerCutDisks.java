package io.tidemark.it;

import io.tidemark.it.disk.LoopDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The disk of a node, or the two of one that keeps its logs on another; they lose their power at the same time. */
final class PowerCutDisks implements AutoCloseable {
    private static final int MIB = 512;
    private static final int PAGE = 4_096;
    private static final int MAX_PAGES = 64;

    private final List<LoopDisk> disks = new ArrayList<>();
    private final Path data;
    private final @Nullable Path log;

    /** Makes one, or two of the same kind. */
    PowerCutDisks(LoopDisk.Kind kind, boolean logElsewhere) throws IOException {
        disks.add(LoopDisk.of(kind).mib(MIB).make());
        data = disks.get(0).root().resolve("data");
        if (logElsewhere) {
            try {
                disks.add(LoopDisk.of(kind).mib(MIB).make());
            } catch (IOException | RuntimeException failed) {
                disks.get(0).close();
                throw failed;
            }
        }
        log = logElsewhere ? disks.get(1).root().resolve("log") : null;
    }

    Path data() {
        return data;
    }

    /** Where the logs are; null if in {@link #data}. */
    @Nullable
    Path log() {
        return log;
    }

    /** A node on them. */
    NodeProcess.Builder node() {
        NodeProcess.Builder node = NodeProcess.in(data);
        return log == null ? node : node.set("log.dir", log.toString());
    }

    void powerCut(boolean afterJournal) throws IOException {
        for (LoopDisk disk : disks) {
            if (afterJournal) {
                disk.powerCutAfterJournal();
            } else {
                disk.powerCut();
            }
        }
    }

    void remount() throws IOException {
        for (LoopDisk disk : disks) {
            disk.remount();
        }
    }

    /**
     * Writes back pages of some of the files that are written to, as the kernel may have done by itself, in any order, before
     * the power went.
     */
    void writeBackSome(SplittableRandom random) throws IOException {
        for (LoopDisk disk : disks) {
            writeBackSome(disk.root(), random, 3);
        }
    }

    /** Writes back each other page of one in so many of the newest segments and data files below a directory. */
    static void writeBackSome(Path root, SplittableRandom random, int oneIn) throws IOException {
        for (Path file : newest(root)) {
            List<Long> pages = new ArrayList<>();
            long all = (Files.size(file) + PAGE - 1) / PAGE;
            if (random.nextInt(oneIn) == 0) {
                for (long page = Math.max(0, all - MAX_PAGES); page < all; page++) {
                    if (random.nextBoolean()) {
                        pages.add(page * PAGE);
                    }
                }
            }
            if (!pages.isEmpty()) {
                LoopDisk.writeBack(file, pages, PAGE);
            }
        }
    }

    /** Of each directory the newest segment and the newest data file. */
    private static Collection<Path> newest(Path root) throws IOException {
        Map<String, Path> newest = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            files.filter(file ->
                            file.toString().endsWith(".log") || file.toString().endsWith(".data"))
                    .sorted(Comparator.naturalOrder())
                    .forEach(file -> newest.put(String.valueOf(file.getParent()), file));
        }
        return newest.values();
    }

    /** Copies their images; no node may run. */
    List<Path> keep(Path directory, String name) throws IOException {
        Files.createDirectories(directory);
        List<Path> kept = new ArrayList<>();
        for (LoopDisk disk : disks) {
            Path target = directory.resolve(name + (kept.isEmpty() ? ".image" : "-log.image"));
            disk.unmount();
            disk.keep(target);
            disk.mount();
            kept.add(target);
        }
        return kept;
    }

    @Override
    public void close() throws IOException {
        try {
            disks.get(0).close();
        } finally {
            disks.get(disks.size() - 1).close();
        }
    }
}
