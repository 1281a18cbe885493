package io.tidemark.it.disk;

import io.tidemark.it.Faults;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file system of the test's own, on a loop device over a sparse image in memory ({@code /dev/shm}) or on disk, with the
 * troubles that a real one may have: power cuts, freezing, blocks that can't be read or written, images taken while it is in
 * use. Needs root; {@link #require} skips the test where it can't be had.
 *
 * <pre>{@code
 * try (LoopDisk disk = LoopDisk.of(Kind.EXT4).mib(64).make();
 *         NodeProcess node = NodeProcess.in(disk.root().resolve("data")).start()) {
 *     node.sigstop();         // a call in progress during the cut may report success for bytes that are lost
 *     disk.powerCut();
 *     node.sigkill();
 *     disk.remount();
 * }
 * }</pre>
 *
 * <p>Close whatever has files open on it first. It goes with {@link #close}, at the latest with the JVM; what a JVM left that
 * was killed, the next one that makes a disk removes. One thread at a time.
 */
public final class LoopDisk implements AutoCloseable {

    /** File systems that can be made. */
    public enum Kind {
        /** ext4 with 4 KiB blocks and no reserve for root; from 16 MiB. */
        EXT4(16, "mkfs.ext4", "-q", "-F", "-m", "0", "-b", "4096"),
        /** XFS; from 320 MiB, of which the image takes up 65. */
        XFS(320, "mkfs.xfs", "-q", "-f");

        private final int leastMib;

        @SuppressWarnings("ImmutableEnumChecker") // made by List.of
        private final List<String> mkfs;

        Kind(int leastMib, String... mkfs) {
            this.leastMib = leastMib;
            this.mkfs = List.of(mkfs);
        }

        String mountType() {
            return this == EXT4 ? "ext4" : "xfs";
        }
    }

    private final Plan plan;
    private final Path directory;
    private final Path image;
    private final Path root;
    private @Nullable LoopDevice device;
    private boolean frozen;
    private boolean closed;

    private LoopDisk(Plan plan, Path directory, Path image) throws IOException {
        this.plan = plan;
        this.directory = directory;
        this.image = image;
        this.root = Files.createDirectory(directory.resolve("mnt"));
        OpenDisks.add(this);
    }

    /** Skips or fails the calling test where loop devices can't be used, with the reason. */
    public static void require(Kind kind) {
        Optional<String> missing = LoopDevice.missing();
        Faults.require(missing.isEmpty(), missing.orElse(""));
        for (String program : List.of(kind.mkfs.get(0), "losetup", "mount", "umount", "xfs_io", "fsfreeze")) {
            Faults.requireProgram(program);
        }
    }

    /** Begins a disk. */
    public static Plan of(Kind kind) {
        return new Plan(kind);
    }

    /** What a disk is to be like. */
    public static final class Plan {
        private final Kind kind;
        private final List<String> mkfs;
        private final List<String> mountOptions = new ArrayList<>();
        private long bytes;
        private @Nullable Path imageDirectory;
        private boolean pageRequests;

        private Plan(Kind kind) {
            this.kind = kind;
            this.mkfs = new ArrayList<>(kind.mkfs);
            this.bytes = (long) Math.max(64, kind.leastMib) << 20;
        }

        /** Its size; 64 MiB by default, or the minimum for the file system. */
        public Plan mib(long size) {
            if (size < kind.leastMib) {
                throw new IllegalArgumentException(kind + " needs " + kind.leastMib + " MiB, not " + size);
            }
            bytes = size << 20;
            return this;
        }

        /** More arguments of {@code mkfs}. */
        public Plan mkfs(String... arguments) {
            mkfs.addAll(List.of(arguments));
            return this;
        }

        /** More options of {@code mount}, such as {@code noatime}. */
        public Plan mount(String... options) {
            mountOptions.addAll(List.of(options));
            return this;
        }

        /** Where the image goes; else where {@link OpenDisks} puts it, which is in memory if space allows. */
        public Plan imageIn(Path directory) {
            imageDirectory = directory;
            return this;
        }

        /**
         * Requests of one page each. The loop driver takes a short write of the file below for a whole one, so that a store
         * with space for a part of a request would silently lose the rest, as no real disk does.
         */
        Plan pageRequests() {
            pageRequests = true;
            return this;
        }

        /**
         * Makes the file system and mounts it; skips the test where that can't be done.
         *
         * @throws IOException with what the program said that failed
         */
        public LoopDisk make() throws IOException {
            require(kind);
            Path directory = OpenDisks.newDirectory();
            Path image =
                    (imageDirectory == null ? directory : imageDirectory).resolve(directory.getFileName() + ".image");
            LoopDisk disk = new LoopDisk(this, directory, image);
            try {
                Program.run("truncate", "-s", bytes, image);
                // on a device, not on the file: there it would leave holes where the journal is to be
                try (LoopDevice device = LoopDevice.attach(image)) {
                    List<Object> command = new ArrayList<>(mkfs);
                    command.add(device.path());
                    Program.run(command.toArray());
                }
                disk.mount();
                return disk;
            } catch (IOException | RuntimeException failed) {
                disk.closeAfter(failed);
                throw failed;
            }
        }
    }

    /** Where it is mounted. */
    public Path root() {
        return root;
    }

    /** The file that holds it. */
    public Path image() {
        return image;
    }

    /** The device, such as {@code /dev/loop3}; another one after a remount. */
    public String device() {
        return attached().path();
    }

    /** Mounts it. */
    public void mount() throws IOException {
        LoopDevice fresh = LoopDevice.attach(image);
        try {
            if (plan.pageRequests) {
                fresh.largestRequestKib(4);
            }
            List<Object> command = new ArrayList<>(List.of("mount", "-t", plan.kind.mountType()));
            if (!plan.mountOptions.isEmpty()) {
                command.addAll(List.of("-o", String.join(",", plan.mountOptions)));
            }
            command.addAll(List.of(fresh.path(), root));
            Program.run(command.toArray());
            device = fresh;
            fresh.detachWhenUnused();
        } catch (IOException | RuntimeException failed) {
            fresh.close();
            throw failed;
        }
    }

    /**
     * Unmounts it, which writes everything back unless the power was cut.
     *
     * @throws IOException if files on it are open
     */
    public void unmount() throws IOException {
        LoopDevice gone = attached();
        gone.restore();
        Program.run("umount", root);
        device = null;
    }

    /** Unmounts and mounts it, on a new device: no page of it stays cached. */
    public void remount() throws IOException {
        unmount();
        mount();
    }

    /**
     * Cuts the power: from now on nothing more reaches the disk, neither data nor journal, and every call fails. Stop writers
     * first, end them then, and {@link #remount}.
     */
    public void powerCut() throws IOException {
        Program.run("xfs_io", "-x", "-c", "shutdown", root);
    }

    /** As {@link #powerCut}, but the journal is written once more: other leftovers. */
    public void powerCutAfterJournal() throws IOException {
        Program.run("xfs_io", "-x", "-c", "shutdown -f", root);
    }

    /**
     * Writes back one range of a file and neither its length nor anything else: what a power cut may find on disk. The kernel
     * writes back what it has cached as one piece, so write page by page what is to have holes.
     */
    public static void writeBack(Path file, long offset, long bytes) throws IOException {
        Program.run("xfs_io", "-c", "sync_range -a -b -w " + offset + " " + bytes, file);
    }

    /** Uses up space in a file system without writing to the device below it. */
    public static void allocate(Path file, long bytes) throws IOException {
        Program.run("fallocate", "-l", bytes, file);
    }

    /** As the other, for several ranges of the same size. */
    public static void writeBack(Path file, List<Long> offsets, long bytes) throws IOException {
        List<Object> command = new ArrayList<>(List.of("xfs_io"));
        offsets.forEach(offset -> command.addAll(List.of("-c", "sync_range -a -b -w " + offset + " " + bytes)));
        command.add(file);
        Program.run(command.toArray());
    }

    /** Forgets what is cached of a file, so that the next read shows what the disk has. Dirty pages stay. */
    public static void dropCache(Path file) throws IOException {
        Program.run("xfs_io", "-r", "-c", "fadvise -d 0 " + Math.max(1, Files.size(file)), file);
    }

    /** Forgets every clean page, entry and inode of the whole machine. */
    public static void dropCaches() throws IOException {
        Files.write(Path.of("/proc/sys/vm/drop_caches"), "3".getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * Freezes it: every write and force hangs, in a state that not even SIGKILL ends, until it is thawed. Close the result
     * before the processes that hang.
     */
    public Frozen freeze() throws IOException {
        Program.run("fsfreeze", "--freeze", root);
        frozen = true;
        return new Frozen();
    }

    /** A frozen disk; {@link #close} thaws it. */
    public final class Frozen implements AutoCloseable {
        private Frozen() {}

        /** Thaws it; once is enough. */
        @Override
        public void close() throws IOException {
            thaw();
        }
    }

    private void thaw() throws IOException {
        if (frozen) {
            Program.run("fsfreeze", "--unfreeze", root);
            frozen = false;
        }
    }

    /** Cuts the device off: every block from there on says {@code Input/output error} when it is read or written. */
    public void truncateTo(long bytes) throws IOException {
        Program.run("truncate", "-s", bytes, image);
        Program.run("losetup", "-c", attached().path());
    }

    /**
     * A copy of the image, as a disk of its own, made in order from its start to its end while writers go on. So it is no
     * instant: a block that was written first may be missing from it and one that was written afterwards be there, in the
     * journal as in files, and then neither the file system nor a log that orders its writes by forces holds what it
     * promises. Only for a disk on which nothing changes but what doesn't matter; see {@link #snapshot} and {@link
     * #frozenCopy}.
     */
    public LoopDisk copy() throws IOException {
        return copied(OpenDisks.newDirectory(), null, "--sparse=always");
    }

    /**
     * The disk as it was at one instant between two of its writes, as a disk of its own: what a power cut at that instant
     * would have left of a drive that keeps what it has taken. No wait is needed. It shares blocks with the image ({@code
     * FICLONE}, which the kernel does under the lock that the loop device's writes take), so the image must be {@linkplain
     * Plan#imageIn in a directory} of an XFS; and it goes with that.
     */
    public LoopDisk snapshot() throws IOException {
        return copied(OpenDisks.newDirectory(), image.getParent(), "--reflink=always");
    }

    /**
     * A copy of the image made while the disk is frozen, as a disk of its own: one instant too, but one at which everything
     * written had been written back. Writers wait meanwhile.
     */
    public LoopDisk frozenCopy() throws IOException {
        Path fresh = OpenDisks.newDirectory();
        freeze();
        try {
            return copied(fresh, null, "--sparse=always");
        } finally {
            thaw();
        }
    }

    private LoopDisk copied(Path fresh, @Nullable Path imageDirectory, String how) throws IOException {
        Plan same = new Plan(plan.kind);
        same.bytes = plan.bytes;
        same.mountOptions.addAll(plan.mountOptions);
        if (plan.kind == Kind.XFS) {
            same.mountOptions.add("nouuid");
        }
        Path target = (imageDirectory == null ? fresh : imageDirectory).resolve(fresh.getFileName() + ".image");
        LoopDisk copy = new LoopDisk(same, fresh, target);
        try {
            Program.run("cp", how, image, copy.image);
            copy.mount();
            return copy;
        } catch (IOException | RuntimeException failed) {
            copy.closeAfter(failed);
            throw failed;
        }
    }

    /** Copies the image, for people to look at; unmount it first. */
    public void keep(Path target) throws IOException {
        Program.run("cp", "--sparse=always", image, target);
    }

    /**
     * Takes it away with all that is on it.
     *
     * @throws IOException if files on it were still open; it is unmounted anyway
     */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        IOException failure = null;
        try {
            thaw();
        } catch (IOException notThawed) {
            failure = notThawed;
        }
        if (device != null) {
            try {
                unmount();
            } catch (IOException busy) {
                failure = busy;
                Program.run("umount", "--lazy", root);
                device = null;
            }
        }
        Files.deleteIfExists(root);
        Files.deleteIfExists(image);
        Files.deleteIfExists(directory);
        OpenDisks.remove(this);
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public String toString() {
        return plan.kind + " on " + image + " by " + device + " at " + root;
    }

    private void closeAfter(Exception failed) {
        try {
            close();
        } catch (IOException alsoFailed) {
            failed.addSuppressed(alsoFailed);
        }
    }

    private LoopDevice attached() {
        LoopDevice now = device;
        if (now == null) {
            throw new IllegalStateException(this + " is not mounted");
        }
        return now;
    }
}
