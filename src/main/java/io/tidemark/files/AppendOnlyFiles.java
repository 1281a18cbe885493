package io.tidemark.files;

import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.checkpoint.CheckpointTarget;
import io.tidemark.checkpoint.DirtyCounter;
import io.tidemark.checkpoint.ForcePostponedException;
import io.tidemark.checkpoint.ForceProgress;
import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.DirectoryLock;
import io.tidemark.disk.Disk;
import io.tidemark.disk.MeasuredDisk;
import io.tidemark.disk.NotReplacedException;
import io.tidemark.disk.durable.Quarantine;
import io.tidemark.disk.durable.RepairNeed;
import io.tidemark.disk.durable.StoreFile;
import io.tidemark.files.FilesSnapshot.Named;
import io.tidemark.files.WriterGate.Passage;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plain append-only files in one directory, any number of them by name, which a checkpointer makes durable together with a
 * position of the application's choice, as a rule its log's index. The protocol stands in the package's description.
 *
 * <pre>{@code
 * AppendOnlyFiles files = AppendOnlyFiles.open(directory);              // on a worker thread: at what is durable
 * replay.replay(files.position(), log.lastIndex(), files);              // the log has the rest, if there is one
 * Checkpointers.deploy(vertx, "orders", options, List.of(files.replayWith(replay).onDurable(log::release)));
 * files.append(index, part("orders", order), part("lines", lines));     // on one worker thread: page cache, and marked
 * }</pre>
 *
 * <p>An append is in the page cache when {@link #append} returns, and durable when a checkpoint has made it so: an application
 * without a log acknowledges after {@code Checkpointers.syncNow}, and syncs that come together share one force.
 *
 * <p><b>Threads.</b> {@link #open}, {@link #append}, {@link #read} and {@link #close} block, as long as a disk hangs, and refuse to
 * run on an event loop. Appends belong to one thread at a time, whose order is that of the positions: a {@code WorkerExecutor}
 * of one thread and {@code executeBlocking(…, false)} (ordered work is interrupted at undeploy, and an interrupt inside a write
 * closes the file). Reads may come from any worker. The methods of {@link CheckpointTarget} are the checkpointer's.
 *
 * <p><b>On disk.</b> {@code NAME.NNNNNNNNNN.data} hold what was appended under a name, one after another, and nothing else; {@code
 * POSITION} says what of it is durable, with checksums; {@code LOCK} keeps others out. Offsets under a name never change, neither
 * by rotation nor by a restart or a repair. Each file keeps a descriptor open. Nothing is ever removed that is durable.
 *
 * @since 0.1
 */
public final class AppendOnlyFiles implements CheckpointTarget, Appender, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AppendOnlyFiles.class);

    private final Path directory;
    private final Closeable lock;
    private final ForceSteps steps;
    private final Quarantine quarantine;
    private final WriterGate gate;

    /** Held by a force, a repair and the close: without {@code LOCK} nothing is written. */
    private final ReentrantLock exclusive = new ReentrantLock();

    private boolean closed;
    private volatile FilesSnapshot published;
    private volatile int pacingBytes = CheckpointOptions.DEFAULT_PACING_BYTES;
    private volatile @Nullable DirtyCounter dirty;
    private volatile @Nullable Replay replay;
    private volatile @Nullable LongConsumer durableListener;

    private AppendOnlyFiles(Disk disk, Path directory, Closeable lock, ForceSteps steps, FileSet set) {
        this.directory = directory;
        this.lock = lock;
        this.steps = steps;
        this.quarantine = new Quarantine(disk, directory);
        this.published = set.first();
        this.gate = new WriterGate(directory.toString(), this::passage);
    }

    /**
     * As {@link #open(Path, AppendOnlyFilesOptions)}, with all defaults.
     *
     * @param directory made if it is missing
     * @return the open files
     * @throws IOException if the files can't be read or written
     */
    public static AppendOnlyFiles open(Path directory) throws IOException {
        return open(directory, new AppendOnlyFilesOptions());
    }

    /**
     * Opens a directory's files at what is durable of them, and removes the rest. Blocks: it reads every byte that is durable.
     *
     * @param directory made if it is missing; nobody else's files in it are touched
     * @param options sizes, and the position that must be there
     * @return the open files
     * @throws CorruptionException if anything that was durable is damaged or missing; nothing has been changed then
     * @throws IOException if the directory is in use, or the disk has no room for a new position file; it may be tried again
     */
    public static AppendOnlyFiles open(Path directory, AppendOnlyFilesOptions options) throws IOException {
        requireWorker("open()");
        Path absolute = directory.toAbsolutePath().normalize();
        Disk.real().createDurably(absolute);
        DirectoryLock lock = DirectoryLock.acquire(absolute);
        try {
            return open(Disk.real(), absolute, options, lock);
        } catch (IOException | RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    /** On any disk, with its lock held. */
    static AppendOnlyFiles open(Disk disk, Path directory, AppendOnlyFilesOptions options, Closeable lock)
            throws IOException {
        ForceSteps steps = new ForceSteps();
        Disk measured = new MeasuredDisk(disk, steps);
        FileSet set =
                FilesRecovery.recover(measured, directory, options.getMaxFileBytes(), options.getRequiredPosition());
        return new AppendOnlyFiles(measured, directory, lock, steps, set);
    }

    /**
     * {@return bytes for a file; they must not be changed until the append has returned}
     *
     * @param file its name: 1 to 64 letters, digits, {@code _} and {@code -}
     * @param bytes what is appended to it
     */
    public static Part part(String file, byte[] bytes) {
        return new Part(file, ByteBuffer.wrap(bytes));
    }

    /**
     * {@return a copy of a buffer's bytes for a file}
     *
     * @param file its name: 1 to 64 letters, digits, {@code _} and {@code -}
     * @param bytes what is appended to it
     */
    public static Part part(String file, Buffer bytes) {
        return part(file, bytes.getBytes());
    }

    /**
     * How a failed force is repaired while the application runs; without one the shard takes nothing more until a restart. Set
     * it before the checkpointer is deployed.
     *
     * @param source appends again what is not durable
     * @return this
     */
    public AppendOnlyFiles replayWith(Replay source) {
        replay = Objects.requireNonNull(source, "source");
        return this;
    }

    /**
     * Who hears of each durable position, such as the log, which may forget what is not above it. Called on the shard's event
     * loop: memory only.
     *
     * @param listener receives the durable position
     * @return this
     */
    public AppendOnlyFiles onDurable(LongConsumer listener) {
        durableListener = Objects.requireNonNull(listener, "listener");
        return this;
    }

    /**
     * Appends at the next position; for applications whose positions count their appends.
     *
     * @param parts what is appended to which file
     * @return where it went; see {@link #append(long, Part...)}
     * @throws IOException if nothing of it counts; the call may be repeated
     */
    public Appended append(Part... parts) throws IOException {
        return append(0, List.of(parts), true);
    }

    /**
     * Appends to the page cache, as a whole or not at all, then publishes and marks it: it is not durable yet. Blocks; while a
     * repair is due it waits for that.
     *
     * @param position greater than that of every append before; as a rule the index of the log entry these are the bytes of
     * @param parts none, if only the position moves on; several may be for one file
     * @return where it went
     * @throws IllegalArgumentException if the position is not greater
     * @throws IllegalStateException on an event loop
     * @throws AppendRefusedException if the files are drained or closed, or can't be repaired
     * @throws IOException if it could not be written: nothing of it counts, and it may be repeated, at the same position
     */
    @Override
    public Appended append(long position, Part... parts) throws IOException {
        return append(position, List.of(parts), false);
    }

    private Appended append(long asked, List<Part> parts, boolean next) throws IOException {
        requireWorker("append()");
        gate.enter();
        try {
            FilesSnapshot before = published;
            long position = next ? before.position() + 1 : asked;
            requireGreater(position, before.position());
            FileSet.Outcome outcome = before.set().append(position, parts);
            published = outcome.snapshot(); // before the mark: what is marked must be seen by capture()
            DirtyCounter counter = dirty;
            if (counter != null) {
                counter.mark(position, outcome.bytes());
            }
            return outcome.appended();
        } finally {
            gate.leave();
        }
    }

    private static void requireGreater(long position, long before) {
        if (position <= before) {
            throw new IllegalArgumentException("position " + position + " is not greater than " + before
                    + ", that of the append before; append all of a log entry at once");
        }
    }

    private Passage passage() {
        if (published.set().repairNeed() != RepairNeed.NEW_FILES) {
            return Passage.FREE;
        }
        return replay == null ? Passage.REFUSED : Passage.WAIT;
    }

    /**
     * Reads what was appended under a name, durable or not. What is not durable comes from the page cache, and after a failed
     * force that may show other bytes than were written: let records carry checksums if that matters. Blocks.
     *
     * @param file the file's name
     * @param offset 0 or more
     * @param target filled as far as there are bytes
     * @return how many bytes, -1 if there is none at or behind this offset
     * @throws CorruptionException if a file is shorter than it was
     * @throws InterruptedIOException if the thread is interrupted: inside of a read that would close the file
     */
    public int read(String file, long offset, ByteBuffer target) throws IOException {
        requireWorker("read()");
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException(directory + ": the reading thread was interrupted; nothing has been read");
        }
        if (offset < 0) {
            throw new IllegalArgumentException("offset is " + offset + ", expected 0 or more");
        }
        while (true) {
            FilesSnapshot now = published;
            int position = target.position();
            try {
                Named named = now.find(file);
                return named == null || offset >= named.length() ? -1 : read(named, offset, target);
            } catch (ClosedChannelException closed) {
                if (published.set() == now.set()) {
                    throw closed;
                }
                target.position(position); // a repair has put others in the place of these files
            }
        }
    }

    private static int read(Named named, long offset, ByteBuffer target) throws IOException {
        int before = target.position();
        int limit = target.limit();
        long at = offset;
        try {
            while (target.position() < limit && at < named.length()) {
                Piece piece = named.at(at);
                long rest = Math.min(limit - target.position(), piece.end() - at);
                target.limit(target.position() + (int) rest);
                try {
                    piece.snapshot().file().file().readFully(target, at - piece.start());
                } catch (EOFException ends) {
                    throw new CorruptionException(
                            "data file " + piece.snapshot().file().file().path()
                                    + " is shorter than it was; restore it from a copy");
                }
                at += rest;
            }
            return target.position() - before;
        } finally {
            target.limit(limit);
        }
    }

    /**
     * {@return how many bytes have been appended under a name, 0 if there is none of it} Any thread; memory only.
     *
     * @param file the file's name
     */
    public long length(String file) {
        Named named = published.find(file);
        return named == null ? 0 : named.length();
    }

    /** {@return the names, in the order in which they were first appended to} Any thread; memory only. */
    public List<String> names() {
        return published.named().stream().map(Named::name).toList();
    }

    /**
     * {@return the position of the last append; after {@link #open} the durable one, 0 for new files} Any thread; memory only.
     */
    public long position() {
        return published.position();
    }

    /** {@return the durable position: everything up to it survives a power cut} Any thread; memory only. */
    public long durablePosition() {
        return published.set().durablePosition();
    }

    @Override
    public void attached(DirtyCounter counter) {
        dirty = counter;
        gate.reopen();
    }

    @Override
    public void configured(CheckpointOptions options) {
        pacingBytes = options.getPacingBytes();
    }

    @Override
    public Capture capture() {
        return published;
    }

    @Override
    public void force(Capture captured) throws IOException {
        FilesSnapshot mine = (FilesSnapshot) captured;
        exclusive.lock();
        try {
            requireNotClosed();
            mine.set().force(mine, pacingBytes);
            if (mine.set().certain()) {
                quarantine.release();
            }
        } catch (NotReplacedException e) {
            throw new ForcePostponedException(String.valueOf(e.getMessage()), e);
        } finally {
            exclusive.unlock();
        }
    }

    private void requireNotClosed() throws IOException {
        if (closed) {
            throw new IOException(
                    directory + ": the files are closed, another process may have them; close the checkpointers first");
        }
    }

    @Override
    public void force(Capture captured, ForceProgress progress) throws IOException {
        steps.report(progress, () -> force(captured));
    }

    @Override
    public void completed(Capture captured) {
        FilesSnapshot mine = (FilesSnapshot) captured;
        mine.set().completed(mine);
        LongConsumer listener = durableListener;
        if (listener != null) {
            listener.accept(mine.position());
        }
    }

    @Override
    public int dirtyFiles() {
        return published.files();
    }

    @Override
    public void repair(Capture failed) throws IOException {
        exclusive.lock();
        try {
            requireNotClosed();
            FileSet broken = published.set();
            switch (broken.repairNeed()) {
                case NOTHING -> {}
                case NEW_MANIFEST -> broken.rewritePosition();
                case NEW_FILES -> rebuild(broken);
            }
        } finally {
            exclusive.unlock();
        }
    }

    /** No append comes in while a repair is due, so that nothing can be appended between its end and the swap. */
    private void rebuild(FileSet broken) throws IOException {
        Replay source = replay;
        if (source == null) {
            throw new UnsupportedOperationException(directory
                    + ": there is no replay to repair a failed force by; a restart recovers what was durable");
        }
        gate.awaitNoWriter();
        FilesSnapshot last = published;
        FileSet fresh = broken.reopenProven();
        Rebuilding rebuilding = new Rebuilding(directory, fresh, last);
        try {
            rebuilding.run(source);
        } catch (IOException | RuntimeException | Error e) {
            discard(fresh);
            throw e;
        }
        published = rebuilding.outcome();
        gate.wake();
        quarantine.take(broken.all(), fresh.provenIds(), fresh.listedIds());
        close(broken);
        LOG.info(
                "{}: positions {} to {} written again from the log",
                directory,
                fresh.first().position() + 1,
                last.position());
    }

    /** The attempt has failed: leaves nothing of it. */
    private void discard(FileSet fresh) {
        close(fresh);
        for (StoreFile made : fresh.made()) {
            quarantine.remove(made.file().path());
        }
    }

    private void close(FileSet set) {
        try {
            set.close();
        } catch (IOException e) {
            LOG.warn("{}: closing the files that a repair has given up failed", directory, e);
        }
    }

    /**
     * {@return how many files are kept that a repair has given up, until a generation has succeeded} Any thread; memory only.
     */
    public int quarantinedFiles() {
        return quarantine.count();
    }

    @Override
    public Future<Void> drain() {
        return gate.drain();
    }

    /**
     * Closes the files; forces nothing. Close the checkpointers first: their last generation makes everything durable. Blocks
     * until an append, a force and a repair that are under way have ended, however long that takes: the directory stays locked
     * until then, and afterwards this object writes nothing more. Does nothing if called again.
     */
    @Override
    public void close() throws IOException {
        requireWorker("close()");
        gate.close();
        exclusive.lock();
        try {
            if (!closed) {
                gate.awaitNoWriterUninterruptibly();
                closed = true;
                release();
            }
        } finally {
            exclusive.unlock();
        }
    }

    private void release() throws IOException {
        FilesSnapshot last = published;
        if (last.position() > last.set().durablePosition()) {
            LOG.warn(
                    "{}: closed at position {}, but only {} is durable; close the checkpointers first",
                    directory,
                    last.position(),
                    last.set().durablePosition());
        }
        try {
            last.set().close();
        } finally {
            lock.close();
        }
    }

    /**
     * {@link #close}, for {@code executeBlocking}, which wants a result.
     *
     * @return {@code null}
     * @throws IOException if a file can't be closed
     */
    public @Nullable Void closed() throws IOException {
        close();
        return null;
    }

    private static void requireWorker(String what) {
        if (Context.isOnEventLoopThread()) {
            throw new IllegalStateException(
                    what + " blocks as long as the disk takes; it can't be called on an event loop:"
                            + " use executeBlocking(…, false) of a WorkerExecutor of one thread");
        }
    }
}
