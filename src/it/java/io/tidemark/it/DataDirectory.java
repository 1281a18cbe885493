package io.tidemark.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A data directory as seen from outside: {@code shard-NNNN/data/NNNNNNNNNN.data}, {@code shard-NNNN/data/CHECKPOINT},
 * {@code shard-NNNN/log/NNNNNNNNNN.log}, {@code shard-NNNN/log/LOG}, {@code TIDEMARK}. Knows names and bytes, no formats: places are found by the values written.
 */
record DataDirectory(Path path) {

    private static final Pattern DATA_FILE = Pattern.compile("\\d{10}\\.data");
    private static final Pattern LOG_FILE = Pattern.compile("\\d{10}\\.log");

    /** Where a run of bytes stands. */
    record Place(Path file, int offset) {}

    /** Every data file, in order of shard and number. */
    List<Path> dataFiles() throws IOException {
        return files(DATA_FILE);
    }

    /** Every log segment, in order of shard and number. */
    List<Path> logFiles() throws IOException {
        return files(LOG_FILE);
    }

    /** Every manifest, in order of shard. */
    List<Path> checkpoints() throws IOException {
        return files(Pattern.compile("CHECKPOINT"));
    }

    /** Every log's control file, in order of shard. */
    List<Path> logControlFiles() throws IOException {
        return files(Pattern.compile("LOG"));
    }

    /** Who the directory is. */
    Path identity() {
        return path.resolve("TIDEMARK");
    }

    /** Where a text stands in these files; the last place if there are several. */
    static Place find(List<Path> files, String text) throws IOException {
        Place found = null;
        for (Path file : files) {
            // one char a byte, so that positions in the string are positions in the file
            int at = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).lastIndexOf(text);
            if (at >= 0) {
                found = new Place(file, at);
            }
        }
        if (found == null) {
            throw new AssertionError("\"" + text + "\" is in none of " + files);
        }
        return found;
    }

    /** Inverts one bit of one byte in place; done twice it is undone. */
    static void flip(Place place) throws IOException {
        byte[] bytes = Files.readAllBytes(place.file());
        bytes[place.offset()] ^= 1;
        Files.write(place.file(), bytes);
    }

    /** Copies the whole directory. */
    DataDirectory copyTo(Path target) throws IOException {
        List<Path> all = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(path)) {
            walk.forEach(all::add);
        }
        for (Path one : all) {
            Path copy = target.resolve(path.relativize(one).toString());
            if (Files.isDirectory(one)) {
                Files.createDirectories(copy);
            } else {
                Files.copy(one, copy);
            }
        }
        return new DataDirectory(target);
    }

    private List<Path> files(Pattern name) throws IOException {
        try (Stream<Path> walk = Files.walk(path)) {
            return walk.filter(one -> name.matcher(one.getFileName().toString()).matches())
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
