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
 * A reserve of file descriptors, released one by one when an open fails because the process has none left. Half of them are
 * kept for files that are closed again at once, such as a directory that is forced: that must not fail because clients hold
 * all other descriptors.
 *
 * <p>Thread-safe. Any thread of the process may grab a released descriptor first, so an open is retried while the reserve
 * lasts.
 */
final class DescriptorReserve {
    /** Opens something. */
    @FunctionalInterface
    interface Opening<T> {
        T open() throws IOException;
    }

    /** How long the file stays open, which decides how much of the reserve may be used for it. */
    enum Use {
        /** Stays open after the call. */
        KEPT(2),
        /** Closed by the same call. */
        BRIEF(1);

        private final int share;

        Use(int share) {
            this.share = share;
        }

        /** How many descriptors must stay in the reserve. */
        private int minHeld(int size) {
            return share == 1 ? 0 : size / share;
        }
    }

    /** The error texts of EMFILE and ENFILE on Linux, of glibc and of musl. */
    private static final List<String> TEXTS = List.of("too many open files", "no file descriptors available");
    /** How often an ambiguous error is retried before it is taken for something else than a lack of descriptors. */
    private static final int MAX_AMBIGUOUS = 3;

    private final Opening<? extends Closeable> spare;
    private final Predicate<FileSystemException> ambiguous;
    private final ArrayDeque<Closeable> held = new ArrayDeque<>();
    private final int size;
    private volatile int missing;

    /**
     * An empty reserve; see {@link #refill}.
     *
     * @param size how many descriptors it holds when full
     * @param spare opens a file that always exists
     * @param ambiguous whether a failure may be a lack of descriptors although its text is not a known one
     */
    DescriptorReserve(int size, Opening<? extends Closeable> spare, Predicate<FileSystemException> ambiguous) {
        this.spare = spare;
        this.ambiguous = ambiguous;
        this.size = size;
        this.missing = size;
    }

    /** Whether an error text says that no descriptor is left; recognises English only. */
    static boolean meansNoDescriptors(@Nullable String text) {
        String lower = text == null ? "" : text.toLowerCase(Locale.ROOT);
        return TEXTS.stream().anyMatch(lower::contains);
    }

    /**
     * Opens a file, with a descriptor of the reserve if there is no other.
     *
     * @throws NoDescriptorsException if no descriptor is left, not even in the reserve
     */
    <T> T open(Use use, Opening<T> opening) throws IOException {
        int ambiguousFailures = 0;
        while (true) {
            try {
                return opening.open();
            } catch (FileSystemException failure) {
                if (isExhausted(failure)) {
                    if (!releaseOne(use.minHeld(size))) {
                        throw new NoDescriptorsException(failure);
                    }
                } else if (!isAmbiguous(failure) || ++ambiguousFailures == MAX_AMBIGUOUS) {
                    throw failure;
                }
            }
        }
    }

    private boolean isExhausted(FileSystemException failure) {
        return meansNoDescriptors(failure.getReason()) || (isAmbiguous(failure) && !canOpen());
    }

    /** A subclass of FileSystemException already names the error. */
    private boolean isAmbiguous(FileSystemException failure) {
        return failure.getClass() == FileSystemException.class && ambiguous.test(failure);
    }

    private boolean canOpen() {
        try {
            spare.open().close();
            return true;
        } catch (IOException none) {
            return false;
        }
    }

    private boolean releaseOne(int minHeld) {
        Closeable one;
        synchronized (held) {
            if (held.size() <= minHeld) {
                return false;
            }
            one = held.pop();
            missing = size - held.size();
        }
        close(one);
        return true;
    }

    /** Fills the reserve again, as far as descriptors are available. Costs nothing if it is full. */
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
