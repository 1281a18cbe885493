package io.tidemark.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Descriptors that are held for files, and given up one by one when an open fails for want of them. Part of them is for what is
 * closed again at once, such as a directory that is forced: that must not fail because clients hold all the others.
 *
 * <p>Thread-safe. What is given up may be taken by anybody in this process; so an open is tried again as long as there are some.
 */
final class DescriptorReserve {
    /** Opens something. */
    @FunctionalInterface
    interface Opening<T> {
        T open() throws IOException;
    }

    /** How long what is opened stays open, and so what may be given up for it. */
    enum Use {
        /** For a while. */
        KEPT(2),
        /** It is closed by the same call. */
        BRIEF(1);

        private final int share;

        Use(int share) {
            this.share = share;
        }

        /** How many are left for others. */
        private int leaves(int size) {
            return share == 1 ? 0 : size / share;
        }
    }

    /** What Linux says of a process, or of the whole system, that has none left, with either C library. */
    private static final List<String> TEXTS = List.of("too many open files", "no file descriptors available");
    /** Another error than want of descriptors is believed when it has come so often. */
    private static final int OTHERS = 3;

    private final Opening<? extends Closeable> spare;
    private final Predicate<FileSystemException> maybe;
    private final ArrayDeque<Closeable> held = new ArrayDeque<>();
    private final int size;
    private volatile int missing;

    /**
     * An empty reserve; see {@link #refill}.
     *
     * @param size how many it holds
     * @param spare opens what is always there
     * @param maybe whether a failure to open may be want of descriptors, though its text isn't one of those known
     */
    DescriptorReserve(int size, Opening<? extends Closeable> spare, Predicate<FileSystemException> maybe) {
        this.spare = spare;
        this.maybe = maybe;
        this.size = size;
        this.missing = size;
    }

    /** Whether a failure says that there are no descriptors left; in English only. */
    static boolean saysSo(@Nullable String text) {
        String words = text == null ? "" : text.toLowerCase(Locale.ROOT);
        return TEXTS.stream().anyMatch(words::contains);
    }

    /**
     * Opens something, if need be with a descriptor of the reserve.
     *
     * @throws NoDescriptorsException if there is none, nor in the reserve
     */
    <T> T open(Use use, Opening<T> opening) throws IOException {
        int others = 0;
        while (true) {
            try {
                return opening.open();
            } catch (FileSystemException failure) {
                if (isOut(failure)) {
                    if (!giveUpOne(use.leaves(size))) {
                        throw new NoDescriptorsException(failure);
                    }
                } else if (!mayBe(failure) || ++others == OTHERS) {
                    throw failure;
                }
            }
        }
    }

    private boolean isOut(FileSystemException failure) {
        return saysSo(failure.getReason()) || (mayBe(failure) && !canOpen());
    }

    /** The types of its subclasses say what it is. */
    private boolean mayBe(FileSystemException failure) {
        return failure.getClass() == FileSystemException.class && maybe.test(failure);
    }

    private boolean canOpen() {
        try {
            spare.open().close();
            return true;
        } catch (IOException none) {
            return false;
        }
    }

    private boolean giveUpOne(int leave) {
        Closeable one;
        synchronized (held) {
            if (held.size() <= leave) {
                return false;
            }
            one = held.pop();
            missing = size - held.size();
        }
        close(one);
        return true;
    }

    /** Takes back what was given up, as far as there are descriptors. Costs nothing if nothing was. */
    void refill() {
        while (missing > 0) {
            Closeable one;
            try {
                one = spare.open();
            } catch (IOException none) {
                return;
            }
            synchronized (held) {
                if (held.size() < size) {
                    held.push(one);
                    missing = size - held.size();
                    continue;
                }
            }
            close(one);
        }
    }

    private static void close(Closeable one) {
        try {
            one.close();
        } catch (IOException nothingWasWritten) {
            // its descriptor is gone all the same
        }
    }
}
