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
 * What kind of error the system has reported. Java keeps no error number, only the system's text for it, and that is in the
 * language of the process ({@code LC_MESSAGES}). So the texts that matter are learned: errors that can be provoked without
 * harm show which language it is, and what it calls {@code ENOSPC} ({@code /dev/full}) and {@code EIO}. {@code EDQUOT} can't be
 * provoked; in another language than English it is one of the unknown ones.
 *
 * @param english whether the system's texts are in English: then all of them are known
 * @param noSpace the text of {@code ENOSPC}; {@code null} if not learned
 * @param ioError the text of {@code EIO}; {@code null} if not learned
 */
record ErrorTexts(boolean english, @Nullable String noSpace, @Nullable String ioError) {

    /** Kinds of errors. */
    enum Kind {
        /** No room, or no more of a quota. */
        NO_SPACE,
        /** Any other error, for certain. */
        OTHER,
        /** May be either. */
        UNKNOWN
    }

    private static final List<String> NO_SPACE = List.of("no space left on device", "quota exceeded");
    private static final String IO_ERROR = "input/output error";
    private static final Path FULL_DEVICE = Path.of("/dev/full");
    private static final Path OWN_MEMORY = Path.of("/proc/self/mem");
    private static final int MORE_THAN_A_PATH_HAS = 5_000;

    /** The texts of this process, for its whole life. Blocks a little. */
    static ErrorTexts ofThisProcess() {
        String tooLong = tooLong();
        boolean english = tooLong == null || tooLong.toLowerCase(Locale.ROOT).contains("too long");
        return new ErrorTexts(english, fullDevice(), english ? null : unreadableMemory());
    }

    /** Of a name longer than any may be; no file system is asked. */
    private static @Nullable String tooLong() {
        try {
            Files.readAttributes(Path.of("/" + "x/".repeat(MORE_THAN_A_PATH_HAS / 2)), BasicFileAttributes.class);
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
                return null; // somebody's file
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

    /** Of an address where nothing is. */
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

    /** The kind of a failure, by all that caused it. */
    Kind kindOf(@Nullable Throwable failure) {
        Throwable root = null;
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof NoSpaceException || isNoSpace(textOf(at))) {
                return Kind.NO_SPACE;
            }
            root = at;
        }
        return root == null || english || !isSystems(root) || isIoError(textOf(root)) ? Kind.OTHER : Kind.UNKNOWN;
    }

    /** What the system said, without the names of files. */
    private static @Nullable String textOf(Throwable failure) {
        if (failure instanceof FileSystemException named) {
            return named.getReason();
        }
        return failure instanceof IOException ? failure.getMessage() : null;
    }

    /** Whether the type says nothing: those of a missing file, of one that is there or not allowed say it all. */
    private static boolean isSystems(Throwable failure) {
        return textOf(failure) != null
                && (failure.getClass() == IOException.class || failure.getClass() == FileSystemException.class);
    }

    private boolean isNoSpace(@Nullable String text) {
        if (text == null) {
            return false;
        }
        String words = text.toLowerCase(Locale.ROOT);
        return NO_SPACE.stream().anyMatch(words::contains) || (noSpace != null && text.contains(noSpace));
    }

    private boolean isIoError(@Nullable String text) {
        return text != null
                && (text.toLowerCase(Locale.ROOT).contains(IO_ERROR) || (ioError != null && text.contains(ioError)));
    }
}
