package io.tidemark.disk;

import io.tidemark.disk.DescriptorReserve.Use;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The machine's own file systems, by {@link FileChannel}. */
enum RealDisk implements Disk {
    INSTANCE;

    /** With less free space than this, a file system may have no block left for a file. */
    private static final long MIN_FREE_BYTES = 1 << 20;

    private static final int RESERVED_DESCRIPTORS = 16;
    private static final AtomicInteger OPEN_FILES = new AtomicInteger();
    private static final DescriptorReserve RESERVE = new DescriptorReserve(
            RESERVED_DESCRIPTORS,
            () -> FileChannel.open(Path.of("/"), StandardOpenOption.READ), // always exists
            failure -> DiskFull.kindOf(failure) == ErrorTexts.Kind.UNKNOWN);

    static {
        DiskFull.learn(); // before any real error occurs
        RESERVE.refill();
    }

    /** See {@link Disk#openFiles}. */
    static int openFiles() {
        return OPEN_FILES.get();
    }

    private static FileChannel open(Use use, Path path, OpenOption... options) throws IOException {
        try {
            return RESERVE.open(use, () -> FileChannel.open(path, options));
        } catch (IOException failed) {
            throw PathErrors.explained(failed);
        }
    }

    private static DiskFile openFile(Path path, OpenOption... options) throws IOException {
        DiskFile file = new RealFile(path, open(Use.KEPT, path, options), new AtomicBoolean());
        OPEN_FILES.incrementAndGet();
        return file;
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        try {
            return openFile(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (NoDescriptorsException none) {
            throw none;
        } catch (IOException failure) {
            throw classified(failure, file, 0);
        }
    }

    /** Wraps the failure in a {@link NoSpaceException} if its text is unknown and the volume is full. */
    private static IOException classified(IOException failure, Path file, long bytes) {
        Path directory = file.toAbsolutePath().getParent();
        if (DiskFull.kindOf(failure) != ErrorTexts.Kind.UNKNOWN || directory == null) {
            return failure;
        }
        File volume = directory.toFile();
        boolean full = volume.getTotalSpace() > 0 && volume.getUsableSpace() < bytes + MIN_FREE_BYTES;
        return full ? new NoSpaceException(failure) : failure;
    }

    @Override
    public DiskFile openForRead(Path file) throws IOException {
        return openFile(file, StandardOpenOption.READ);
    }

    @Override
    public DiskFile openForWrite(Path file) throws IOException {
        requireNoLink(file);
        return openFile(file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public FileRange mapRange(Path file, long offset, int bytes) throws IOException {
        requireNoLink(file);
        try (FileChannel channel =
                open(Use.BRIEF, file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            requireWithin(file, channel.size(), offset, bytes); // map() would make the file longer
            return new RealRange(file, offset, channel.map(FileChannel.MapMode.READ_WRITE, offset, bytes));
        }
    }

    /** Checked before a file is written to: a symbolic link could lead to a foreign file. Creation never follows links. */
    private static void requireNoLink(Path file) throws IOException {
        if (Files.isSymbolicLink(file)) {
            throw new FileSystemException(
                    file.toString(), null, "is a symbolic link; the node never writes through one: remove it");
        }
    }

    static void requireWithin(Path file, long fileBytes, long offset, int bytes) {
        if (offset < 0 || bytes < 1 || bytes > FileRange.MAX_BYTES || offset + bytes > fileBytes) {
            throw new IllegalArgumentException(
                    bytes + " bytes at " + offset + " of the " + fileBytes + " bytes of " + file + " can't be mapped");
        }
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null) {
            createDirectories(parent);
        }
        try {
            Files.createDirectory(directory);
        } catch (FileAlreadyExistsException made) {
            if (!Files.isDirectory(directory)) {
                throw PathErrors.explained(made);
            }
        } catch (IOException failure) {
            throw classified(PathErrors.explained(failure), directory, 0);
        }
        if (parent != null) {
            forceNew(directory, parent);
        }
    }

    /** Removes the directory again if its name can't be made durable: a second force of the same names would prove nothing. */
    private void forceNew(Path directory, Path parent) throws IOException {
        try {
            forceDirectory(parent);
        } catch (IOException failure) {
            try {
                Files.deleteIfExists(directory);
            } catch (IOException alsoFailed) {
                failure.addSuppressed(alsoFailed);
            }
            throw failure;
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            throw classified(PathErrors.explained(failure), to, 0);
        }
    }

    @Override
    public void delete(Path file) throws IOException {
        try {
            Files.deleteIfExists(file);
        } catch (IOException failed) {
            throw PathErrors.explained(failed);
        }
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        try (FileChannel channel = open(Use.BRIEF, directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
        RESERVE.refill();
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (FileSystemException failed) {
            throw PathErrors.explained(failed);
        } catch (UncheckedIOException unreadable) {
            throw new IOException(directory + " can't be read: " + unreadable.getMessage(), unreadable);
        }
    }

    @Override
    public boolean exists(Path path) throws IOException {
        try {
            Files.readAttributes(path, BasicFileAttributes.class); // Files.exists returns false for any failure
            return true;
        } catch (NoSuchFileException none) {
            return false;
        } catch (IOException failed) {
            throw PathErrors.explained(failed);
        }
    }

    @Override
    public @Nullable FileStamp stamp(Path file) throws IOException {
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            Object key = found.fileKey();
            return new FileStamp(
                    key == null ? "unknown" : key,
                    found.size()); // some file systems have no key: nothing to compare then
        } catch (NoSuchFileException none) {
            return null;
        }
    }

    /** Uses {@link File}: a {@code FileStore} looks up the mount point, which may not exist in a chroot. */
    @Override
    public DiskSpace space(Path directory) throws IOException {
        RESERVE.refill(); // called regularly
        String volume = volume(directory);
        File file = directory.toFile();
        long total = file.getTotalSpace(); // 0 also for an error
        return total > 0 ? new DiskSpace(volume, total, file.getUsableSpace()) : DiskSpace.unknown(volume);
    }

    /** The device's number: a file store's name is the same for every tmpfs. */
    private static String volume(Path directory) throws IOException {
        return directory.getFileSystem().supportedFileAttributeViews().contains("unix")
                ? "device " + Files.getAttribute(directory, "unix:dev")
                : "root " + directory.toRealPath().getRoot();
    }

    private record RealFile(Path path, FileChannel channel, AtomicBoolean closed) implements DiskFile {
        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            try {
                return channel.write(source, position);
            } catch (IOException failure) {
                throw classified(failure, path, source.remaining());
            }
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return channel.read(target, position);
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void force() throws IOException {
            channel.force(false);
        }

        @Override
        public void close() throws IOException {
            if (closed.compareAndSet(false, true)) {
                OPEN_FILES.decrementAndGet();
            }
            channel.close();
            RESERVE.refill();
        }
    }

    /** The mapping keeps the open file description alive, with its error state, after the channel is closed. */
    private record RealRange(Path path, long offset, MappedByteBuffer mapping) implements FileRange {
        @Override
        public int length() {
            return mapping.capacity();
        }

        @Override
        public void force(long from, int bytes) throws IOException {
            Objects.checkFromIndexSize(from - offset, bytes, mapping.capacity());
            try {
                mapping.force((int) (from - offset), bytes);
            } catch (UncheckedIOException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                throw new IOException(
                        "writing back " + bytes + " bytes at " + from + " of " + path + ": " + cause.getMessage(),
                        cause);
            }
        }
    }
}
