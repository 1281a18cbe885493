package io.tidemark.node;

import io.tidemark.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The directories that a process has locked, and those that it owns; released together, last one first. */
final class HeldDirectories implements AutoCloseable {
    private final UUID incarnation = UUID.randomUUID();
    private final OwnershipClock clock;
    private final Deque<DirectoryLock> locks = new ArrayDeque<>();
    private final List<Ownership> owned = new ArrayList<>();

    HeldDirectories(OwnershipClock clock) {
        this.clock = clock;
    }

    void add(DirectoryLock lock) {
        locks.push(lock);
    }

    /** Takes ownership of the directory that was locked last. Blocks; see {@link Ownership#take}. */
    void take(Disk disk, Path directory) throws IOException {
        boolean fresh = !disk.exists(directory.resolve(Identity.FILE));
        @Nullable UUID ended = owned.isEmpty() ? null : owned.get(0).displaced();
        owned.add(Ownership.take(disk, locks.element(), incarnation, Machine.boot(disk), fresh, ended, clock));
    }

    /** The directories that were taken. */
    List<Ownership> owned() {
        return List.copyOf(owned);
    }

    /** Releases refused directories; leaves no files where there were none. */
    void withdraw() throws IOException {
        owned.forEach(Ownership::withdraw);
        unlock();
    }

    @Override
    public void close() throws IOException {
        owned.forEach(Ownership::release);
        unlock();
    }

    private void unlock() throws IOException {
        IOException failure = null;
        while (!locks.isEmpty()) {
            try {
                locks.pop().close();
            } catch (IOException failed) {
                failure = failed;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
