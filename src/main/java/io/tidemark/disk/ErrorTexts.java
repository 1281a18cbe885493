package io.tidemark.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Classifies I/O errors by their text. Java keeps no error number, only the system's error text, in the locale of the
 * process ({@code LC_MESSAGES}). So the texts are learned by provoking harmless errors: they reveal whether the locale is
 * English, and the texts of {@code ENOSPC} (from {@code /dev/full}) and {@code EIO}. {@code EDQUOT} can't be provoked; in a
 * locale other than English it is classified as unknown.
 *
 * @param english whether the system's texts are in English: then all of them are known
 * @param noSpace the text of {@code ENOSPC}; {@code null} if not learned
 * @param ioError the text of {@code EIO}; {@code null} if not learned
 */
record ErrorTexts(boolean english, @Nullable String noSpace, @Nullable String ioError) {

    /** The classes of errors that matter here. */
    enum Kind {
        /** The disk is full, or a quota exceeded. */
        NO_SPACE,
        /** Certainly another error. */
        OTHER,
        /** May be either of the two. */
        UNKNOWN
    }

    private static final List<String> NO_SPACE = List.of("no space left on device", "quota exceeded");
    private static final String IO_ERROR = "input/output error";
    private static final Path FULL_DEVICE = Path.of("/dev/full");
    private static final Path OWN_MEMORY = Path.of("/proc/self/mem");
    private static final int OVERLONG_PATH_CHARS = 5_000;

    /** Learns the texts of this process; they do not change while it runs. Blocks briefly. */
    static ErrorTexts ofThisProcess() {
        String tooLong = tooLong();
        boolean english = tooLong == null || tooLong.toLowerCase(Locale.ROOT).contains("too long");
        return new ErrorTexts(english, fullDevice(), english ? null : unreadableMemory());
    }

    /** The error text for an overlong path; reaches no file system. */
    private static @Nullable String tooLong() {
        try {
            Files.readAttributes(Path.of("/" + "x/".repeat(OVERLONG_PATH_CHARS / 2)), BasicFileAttributes.class);
        } catch (FileSystemException expected) {
            return expected.getReason();
        } catch (IOException | InvalidPathException notLearned) {
            return null;
        }
        return null;
    }

    private static @Nullable String fullDevice() {
        try {
            if (!Files.readAttributes(FULL_DEVICE, BasicFileAttributes.class).isOther()) {
                return null; // a regular file, put there by someone
            }
        } catch (IOException none) {
            return null;
        }
        try (FileChannel channel = FileChannel.open(FULL_DEVICE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1));
        } catch (FileSystemException notOpened) {
            return null;
        } catch (IOException expected) {
            return expected.getMessage();
        }
        return null;
    }

    /** The text of {@code EIO}, from reading an unmapped address. */
    private static @Nullable String unreadableMemory() {
        try (FileChannel channel = FileChannel.open(OWN_MEMORY, StandardOpenOption.READ)) {
            int unused = channel.read(ByteBuffer.allocate(1), 0);
        } catch (FileSystemException notOpened) {
            return null;
        } catch (IOException expected) {
            return expected.getMessage();
        }
        return null;
    }

    /** Classifies a failure by its whole chain of causes. */
    Kind kindOf(@Nullable Throwable failure) {
        Throwable root = null;
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof NoSpaceException || isNoSpace(textOf(at))) {
                return Kind.NO_SPACE;
            }
            root = at;
        }
        return root == null || english || !isUntyped(root) || isIoError(textOf(root)) ? Kind.OTHER : Kind.UNKNOWN;
    }

    /** The system's error text, without file names. */
    private static @Nullable String textOf(Throwable failure) {
        if (failure instanceof FileSystemException named) {
            return named.getReason();
        }
        return failure instanceof IOException ? failure.getMessage() : null;
    }

    /** Whether only the text identifies the error: the other exception types, such as NoSuchFileException, name it. */
    private static boolean isUntyped(Throwable failure) {
        return textOf(failure) != null
                && (failure.getClass() == IOException.class || failure.getClass() == FileSystemException.class);
    }

    private boolean isNoSpace(@Nullable String text) {
        if (text == null) {
            return false;
        }
        String lower = text.toLowerCase(Locale.ROOT);
        return NO_SPACE.stream().anyMatch(lower::contains) || (noSpace != null && text.contains(noSpace));
    }

    private boolean isIoError(@Nullable String text) {
        return text != null
                && (text.toLowerCase(Locale.ROOT).contains(IO_ERROR) || (ioError != null && text.contains(ioError)));
    }
}
