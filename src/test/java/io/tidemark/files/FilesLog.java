package io.tidemark.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.checkpoint.CheckpointTarget.Capture;
import io.tidemark.disk.Disk;
import io.tidemark.disk.FaultyDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A log that never fails, the files over it, and what they must hold. Entry {@code i} has position {@code i}. */
final class FilesLog {
    static final Path DIRECTORY = Path.of("/data/shop");
    static final Path POSITION = DIRECTORY.resolve("POSITION");
    static final String ORDERS = "orders";
    static final String LINES = "lines";
    static final String BIG = "x".repeat(3_000);

    private record Entry(List<Map.Entry<String, String>> parts) {}

    private final List<Entry> entries = new ArrayList<>();

    static AppendOnlyFiles open(Disk disk) throws IOException {
        return open(disk, 0);
    }

    static AppendOnlyFiles open(Disk disk, long required) throws IOException {
        disk.createDurably(DIRECTORY);
        return AppendOnlyFiles.open(
                disk,
                DIRECTORY,
                new AppendOnlyFilesOptions().setMaxFileBytes(4_096).setRequiredPosition(required),
                () -> {});
    }

    static Path file(String name, int id) {
        return DIRECTORY.resolve(Piece.fileName(name, id));
    }

    /** One whole generation. */
    static void generation(AppendOnlyFiles files) throws IOException {
        Capture captured = files.capture();
        files.force(captured);
        files.completed(captured);
    }

    /** One more entry; names and texts in turn. */
    long add(String... namesAndTexts) {
        List<Map.Entry<String, String>> parts = new ArrayList<>();
        for (int i = 0; i < namesAndTexts.length; i += 2) {
            parts.add(Map.entry(namesAndTexts[i], namesAndTexts[i + 1]));
        }
        entries.add(new Entry(parts));
        return entries.size();
    }

    long last() {
        return entries.size();
    }

    Part[] parts(long position) {
        return entries.get((int) position - 1).parts().stream()
                .map(part -> AppendOnlyFiles.part(part.getKey(), part.getValue().getBytes(UTF_8)))
                .toArray(Part[]::new);
    }

    /** Appends what the files don't have yet. */
    void apply(AppendOnlyFiles files) throws IOException {
        replay(files.position(), last(), files);
    }

    /** See {@link Replay}. */
    void replay(long after, long upTo, Appender to) throws IOException {
        for (long position = after + 1; position <= upTo; position++) {
            to.append(position, parts(position));
        }
    }

    /** All that the files must hold at a position. */
    Map<String, String> contents(long position) {
        Map<String, StringBuilder> all = new LinkedHashMap<>();
        for (Entry entry : entries.subList(0, (int) position)) {
            entry.parts().forEach(part -> all.computeIfAbsent(part.getKey(), name -> new StringBuilder())
                    .append(part.getValue()));
        }
        Map<String, String> texts = new LinkedHashMap<>();
        all.forEach((name, text) -> texts.put(name, text.toString()));
        return texts;
    }

    /** All that they do hold. */
    static Map<String, String> contents(AppendOnlyFiles files) throws IOException {
        Map<String, String> texts = new LinkedHashMap<>();
        for (String name : files.names()) {
            ByteBuffer bytes = ByteBuffer.allocate((int) files.length(name));
            if (bytes.hasRemaining()) {
                assertThat(files.read(name, 0, bytes)).isEqualTo(bytes.capacity());
            }
            texts.put(name, new String(bytes.array(), UTF_8));
        }
        return texts;
    }

    /** After a crash: what is durable is a prefix of this log, and with the rest it is all of it, durably. */
    void assertRecovers(FaultyDisk after, long atLeast, String when) throws IOException {
        try (AppendOnlyFiles again = open(after)) {
            assertThat(again.position()).as("durable position, %s", when).isBetween(atLeast, last());
            assertThat(contents(again)).as("what is durable, %s", when).isEqualTo(contents(again.position()));
            apply(again);
            assertThat(contents(again)).as("after the replay, %s", when).isEqualTo(contents(last()));
            assertThat(after.list(DIRECTORY))
                    .as(when)
                    .noneMatch(name -> name.endsWith(".poisoned") || name.endsWith(".new"));
            generation(again);
        }
        after.dropCache();
        try (AppendOnlyFiles again = open(after.crashLosingAllUnforced())) {
            assertThat(again.position()).as(when).isEqualTo(last());
            assertThat(contents(again)).as(when).isEqualTo(contents(last()));
        }
    }
}
