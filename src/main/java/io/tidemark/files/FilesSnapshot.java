package io.tidemark.files;

import io.tidemark.checkpoint.CheckpointTarget;
import io.tidemark.disk.durable.FileSnapshot;
import io.tidemark.disk.durable.StoreSnapshot;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files after one append. Immutable, and what a generation captures.
 *
 * @param set whose files these are
 * @param position of the append
 * @param nextId every number below it has been used by a file
 * @param named one for each name
 */
record FilesSnapshot(FileSet set, long position, long nextId, List<Named> named)
        implements StoreSnapshot, CheckpointTarget.Capture {

    /** All that was appended under one name, oldest first; {@code active} is the piece that is still appended to. */
    record Named(String name, List<Piece> sealed, @Nullable Piece active) {
        long length() {
            Piece last = active != null ? active : sealed.isEmpty() ? null : sealed.get(sealed.size() - 1);
            return last == null ? 0 : last.end();
        }

        /** The piece that has the byte at an offset below {@link #length}. */
        Piece at(long offset) {
            if (active != null && offset >= active.start()) {
                return active;
            }
            int low = 0;
            int high = sealed.size() - 1;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (offset < sealed.get(middle).end()) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            return sealed.get(low);
        }
    }

    @Nullable
    Named find(String name) {
        for (Named each : named) {
            if (each.name().equals(name)) {
                return each;
            }
        }
        return null;
    }

    /** Every piece, those of one name together and oldest first. */
    List<Piece> pieces() {
        List<Piece> all = new ArrayList<>();
        for (Named each : named) {
            all.addAll(each.sealed());
            if (each.active() != null) {
                all.add(each.active());
            }
        }
        return all;
    }

    @Override
    public long index() {
        return position;
    }

    @Override
    public List<FileSnapshot> fileSnapshots() {
        return pieces().stream().map(Piece::snapshot).toList();
    }

    @Override
    public long bytes() {
        return fileSnapshots().stream().mapToLong(FileSnapshot::unsyncedBytes).sum();
    }

    @Override
    public int files() {
        return (int) fileSnapshots().stream().filter(FileSnapshot::unsynced).count();
    }
}
