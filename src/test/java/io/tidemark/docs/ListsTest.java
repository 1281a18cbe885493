package io.tidemark.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.checkpoint.SyncFailure;
import io.tidemark.pressure.PressureReason;
import io.tidemark.redis.command.CommandNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What documents list is all that the code has, and nothing else. */
class ListsTest {
    private static final Path DOCS = Document.project().resolve("src/docs");
    private static final Path MAIN = Document.project().resolve("src/main/java/io/tidemark");
    private static final Pattern METER = Pattern.compile("\"tidemark\\.([a-z.]+)\"");
    private static final Pattern DOCUMENTED_METER = Pattern.compile("`([a-z_]+)(?:\\{[a-z,]+})?`");

    /** The first cells of a section's tables, in which code spans are names. */
    private static List<String> firstCells(String page, String heading) throws IOException {
        return cells(Document.read(DOCS.resolve(page)).section(heading), 1);
    }

    private static List<String> cells(String section, int column) {
        List<String> cells = new ArrayList<>();
        section.lines()
                .filter(line -> line.startsWith("| ") || line.startsWith("|`"))
                .skip(1) // the table's head
                .forEach(line -> cells.add(line.split("\\|", -1)[column].strip().replace("`", "")));
        return cells;
    }

    @Test
    void commands_ofThePage_areThoseOfTheTable() throws IOException {
        assertThat(commands(Document.read(DOCS.resolve("commands.md")).section("# Commands of the RESP server")))
                .containsExactlyInAnyOrderElementsOf(CommandNames.all());
    }

    @Test
    void commands_oneLeftOutOrInvented_isSeen() {
        assertThat(commands("Text with `GET`.\n\n`PING ECHO\nSETT`\n")).containsExactly("ping", "echo", "sett");
    }

    /** The code span that is a paragraph of its own. */
    private static List<String> commands(String section) {
        Matcher list = Pattern.compile("(?m)^`([A-Z\\s]+)`$").matcher(section);
        assertThat(list.find()).as("a list of commands").isTrue();
        return List.of(list.group(1).toLowerCase(Locale.ROOT).split("\\s+", -1));
    }

    @Test
    void pressureReasons_ofThePage_areThoseOfTheCode() throws IOException {
        assertThat(firstCells("operating.md", "## Why writes are shed"))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(PressureReason.values()).map(Enum::name).toList());
    }

    @Test
    void syncFailures_ofThePage_areThoseOfTheCode() throws IOException {
        String section = Document.read(DOCS.resolve("events-and-metrics.md")).section("### Sync requests");
        List<String> expected = Stream.concat(
                        Arrays.stream(SyncFailure.values()).map(each -> each.code() + " " + each.name()),
                        Stream.of("-1 the bus itself"))
                .toList();
        List<String> codes = cells(section, 1);
        List<String> names = cells(section, 2);
        List<String> listed = new ArrayList<>();
        for (int i = 0; i < codes.size(); i++) {
            listed.add(codes.get(i) + " " + names.get(i));
        }
        assertThat(listed).containsExactlyElementsOf(expected);
    }

    @Test
    void glossary_hasTwentyTerms_eachOnce() throws IOException {
        assertThat(firstCells("glossary.md", "# Glossary")).hasSize(20).doesNotHaveDuplicates();
    }

    @Test
    void metrics_ofThePage_areThoseOfTheCode() throws IOException {
        assertThat(documentedMeters(
                        Document.read(DOCS.resolve("events-and-metrics.md")).section("## Metrics")))
                .isEqualTo(meters());
    }

    @Test
    void metrics_oneLeftOutOrInvented_isSeen() {
        assertThat(documentedMeters(
                        "| gauges | `dirty_bytes` `invented_seconds` (0 so, 1 so) `checkpoints_total{outcome}` |\n"))
                .containsExactly("checkpoints", "dirty_bytes", "invented");
    }

    /** What the sources name, as Prometheus writes it, without what it appends: unit of time and kind. */
    private static Set<String> meters() throws IOException {
        Set<String> names = new TreeSet<>();
        List<Path> sources = new ArrayList<>(List.of(MAIN.resolve("node/NodeMetrics.java")));
        try (Stream<Path> files = Files.list(MAIN.resolve("metrics"))) {
            files.forEach(sources::add);
        }
        for (Path source : sources) {
            Matcher meter = METER.matcher(Files.readString(source));
            while (meter.find()) {
                names.add(bare(meter.group(1).replace('.', '_')));
            }
        }
        return names;
    }

    private static Set<String> documentedMeters(String section) {
        return section.lines()
                .filter(line -> line.matches("\\| (histograms|gauges|counters).*"))
                .flatMap(line -> DOCUMENTED_METER.matcher(line).results())
                .map(meter -> bare(meter.group(1)))
                .filter(name -> !name.equals("data") && !name.equals("log")) // the volumes
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String bare(String name) {
        return name.replaceFirst("_(total|seconds)$", "");
    }
}
