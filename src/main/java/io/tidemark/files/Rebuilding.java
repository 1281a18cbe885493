package io.tidemark.files;

import io.tidemark.files.FilesSnapshot.Named;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Has a replay write into fresh files what a failed force may have lost, and sees to it that it is the same. */
final class Rebuilding {
    private final Path directory;
    private final FileSet fresh;
    private final FilesSnapshot last;
    private FilesSnapshot now;

    /**
     * What is to be written.
     *
     * @param fresh at what is durable
     * @param last what had been appended when the force failed
     */
    Rebuilding(Path directory, FileSet fresh, FilesSnapshot last) {
        this.directory = directory;
        this.fresh = fresh;
        this.last = last;
        this.now = fresh.first();
    }

    /** @throws IOException if it did not write what had been there */
    void run(Replay source) throws IOException {
        try {
            source.replay(now.position(), last.position(), this::append);
        } catch (RuntimeException e) {
            throw new IOException(directory + ": the replay threw " + e, e);
        }
        if (now.position() != last.position()) {
            throw new IOException(
                    directory + ": the replay ended at position " + now.position() + ", expected " + last.position());
        }
        for (Named before : last.named()) {
            Named after = now.find(before.name());
            long length = after == null ? 0 : after.length();
            if (length != before.length()) {
                throw new IOException(directory + ": the replay left " + length + " bytes in " + before.name()
                        + ", expected " + before.length() + ": it must append the same bytes as the first time");
            }
        }
    }

    private Appended append(long position, Part... parts) throws IOException {
        if (position <= now.position() || position > last.position()) {
            throw new IllegalArgumentException("position " + position + " was replayed after " + now.position()
                    + ", expected a greater one, up to " + last.position());
        }
        FileSet.Outcome outcome = fresh.append(position, List.of(parts));
        now = outcome.snapshot();
        return outcome.appended();
    }

    FilesSnapshot outcome() {
        return now;
    }
}
