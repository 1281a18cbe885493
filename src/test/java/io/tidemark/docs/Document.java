package io.tidemark.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One Markdown file, as far as the checks need it.
 *
 * @param path where it is
 * @param anchors of its headings, as GitHub makes them
 * @param links targets of its links, in order
 * @param blocks its code blocks, in order
 * @param prose everything outside code blocks, in the lines of the file
 */
record Document(Path path, List<String> anchors, List<Link> links, List<Block> blocks, List<String> prose) {
    private static final Pattern FENCE = Pattern.compile("( *)```(\\S*) *");
    private static final Pattern HEADING = Pattern.compile("#{1,6} +(.*?) *#*");
    private static final Pattern LINK = Pattern.compile("\\[[^\\[\\]]*]\\(([^()\\s]*)\\)");
    private static final Pattern CODE_SPAN = Pattern.compile("`[^`]*`");
    private static final Path PROJECT = Path.of(System.getProperty("basedir", ""));

    /** A link's target, and the line it stands in, from 1. */
    record Link(int line, String target) {}

    /**
     * A code block.
     *
     * @param line of its first fence, from 1
     * @param language empty if it names none
     * @param text its lines, each with its end
     */
    record Block(int line, String language, String text) {}

    /** The project's directory. */
    static Path project() {
        return PROJECT;
    }

    /** The front page, the changelog and everything in {@code src/docs}. */
    static List<Document> all() throws IOException {
        List<Document> all = new ArrayList<>();
        all.add(read(PROJECT.resolve("README.md")));
        all.add(read(PROJECT.resolve("CHANGELOG.md")));
        try (Stream<Path> files = Files.list(PROJECT.resolve("src/docs"))) {
            files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .forEach(file -> all.add(readUnchecked(file)));
        }
        return all;
    }

    private static Document readUnchecked(Path file) {
        try {
            return read(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Document read(Path path) throws IOException {
        return of(path, Files.readString(path));
    }

    static Document of(Path path, String text) {
        Document document =
                new Document(path, new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        Map<String, Integer> seen = new HashMap<>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            Matcher fence = FENCE.matcher(lines.get(i));
            if (!fence.matches()) {
                document.proseLine(i + 1, lines.get(i), seen);
                continue;
            }
            int first = i + 1;
            StringBuilder content = new StringBuilder();
            for (i++; i < lines.size() && !lines.get(i).strip().equals("```"); i++) {
                String line = lines.get(i);
                int indent = fence.group(1).length();
                content.append(line.substring(Math.min(
                                indent, line.length() - line.stripLeading().length())))
                        .append('\n');
            }
            if (i == lines.size()) {
                throw new IllegalArgumentException(path + ":" + first + ": the code block has no end");
            }
            document.blocks.add(new Block(first, fence.group(2), content.toString()));
        }
        return document;
    }

    private void proseLine(int number, String line, Map<String, Integer> seen) {
        prose.add(line);
        Matcher heading = HEADING.matcher(line);
        if (heading.matches()) {
            String anchor = anchor(heading.group(1));
            int before = seen.merge(anchor, 1, Integer::sum) - 1;
            anchors.add(before == 0 ? anchor : anchor + "-" + before);
        }
        Matcher link = LINK.matcher(CODE_SPAN.matcher(line).replaceAll("x"));
        while (link.find()) {
            links.add(new Link(number, link.group(1)));
        }
    }

    /** Lower case, blanks to hyphens, everything else but letters, digits, hyphens and underscores left out. */
    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}\\-_ ]", "")
                .replace(' ', '-');
    }

    /** What follows a heading, up to the next one of any level. */
    String section(String heading) {
        int from = prose.indexOf(heading);
        if (from < 0) {
            throw new IllegalArgumentException(path + ": no heading: " + heading);
        }
        int to = from + 1;
        while (to < prose.size() && !HEADING.matcher(prose.get(to)).matches()) {
            to++;
        }
        return String.join("\n", prose.subList(from + 1, to));
    }

    /** The block that follows a line that contains a text. */
    Block blockAfter(String text) throws IOException {
        List<String> lines = Files.readAllLines(path);
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(text)) {
                int line = i + 1;
                return blocks.stream()
                        .filter(block -> block.line() > line)
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException(path + ": no block after: " + text));
            }
        }
        throw new IllegalArgumentException(path + ": nothing contains: " + text);
    }

    /** How a problem names a place in it. */
    String at(int line) {
        return path.getFileName() + ":" + line;
    }
}
