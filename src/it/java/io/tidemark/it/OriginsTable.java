package io.tidemark.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * The table of {@code src/docs/origins.md}, what this project comes from: each row names tests that show it. A test of {@code
 * mvn test} finds out whether they exist; {@link #main}, which Maven calls when all tests have run, whether they ran.
 */
public final class OriginsTable {
    /** Where it is, from the project's directory. */
    static final String FILE = "src/docs/origins.md";

    private static final Pattern TEST = Pattern.compile("`(\\w+)#(\\w+)`");

    private OriginsTable() {}

    /**
     * A test as the table names it.
     *
     * @param type the class's simple name
     */
    record Named(String type, String method) {
        @Override
        public String toString() {
            return type + "#" + method;
        }
    }

    /** A row: what is said there, and the tests that show it. */
    record Row(String says, List<Named> tests) {}

    /** The rows of the page's one table, without the table's own head. */
    static List<Row> read(List<String> page) {
        List<Row> rows = new ArrayList<>();
        for (String line : page) {
            if (line.startsWith("|")) {
                String[] cells = line.split("\\|", -1);
                rows.add(new Row(cells[1].strip(), named(cells[3])));
            }
        }
        return rows.isEmpty() ? rows : rows.subList(2, rows.size());
    }

    private static List<Named> named(String cell) {
        List<Named> tests = new ArrayList<>();
        Matcher matcher = TEST.matcher(cell);
        while (matcher.find()) {
            tests.add(new Named(matcher.group(1), matcher.group(2)));
        }
        return tests;
    }

    /**
     * Looks a test up in the reports.
     *
     * @param since a report that is older is of another build
     * @return what is wrong, an empty string if it ran and passed
     */
    static String problem(Named test, List<Path> reports, Instant since)
            throws IOException, SAXException, ParserConfigurationException {
        int passed = 0;
        int skipped = 0;
        for (Path report : reports) {
            String name = String.valueOf(report.getFileName());
            if (!name.matches("TEST-[\\w.]*\\b" + test.type() + "\\.xml")
                    || Files.getLastModifiedTime(report).toInstant().isBefore(since)) {
                continue;
            }
            for (Element run : runs(report, test.method())) {
                if (has(run, "failure") || has(run, "error")) {
                    return "failed";
                } else if (has(run, "skipped")) {
                    skipped++;
                } else {
                    passed++;
                }
            }
        }
        return passed > 0 ? "" : skipped > 0 ? "was skipped" : "did not run";
    }

    private static List<Element> runs(Path report, String method)
            throws IOException, SAXException, ParserConfigurationException {
        Document document =
                DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(report.toFile());
        NodeList cases = document.getElementsByTagName("testcase");
        List<Element> runs = new ArrayList<>();
        for (int i = 0; i < cases.getLength(); i++) {
            Element run = (Element) cases.item(i);
            // a parameterized one has its parameters or its number behind the name
            if (run.getAttribute("name").matches("(?s)" + method + "(\\W.*)?")) {
                runs.add(run);
            }
        }
        return runs;
    }

    private static boolean has(Element run, String child) {
        return run.getElementsByTagName(child).getLength() > 0;
    }

    /**
     * The project's directory, and when the build began. A skipped test passes, since it has said what it misses, unless
     * {@code REQUIRE_FAULTS=1}. If only some tests were asked for, nothing is checked.
     *
     * @throws IllegalStateException naming the tests that did not run
     */
    public static void main(String[] arguments) throws Exception {
        for (String some : List.of("test", "it.test", "skipITs")) {
            if (System.getProperty(some) != null) {
                System.out.println("OriginsTable: not checked, since -D" + some + " was given");
                return;
            }
        }
        Path project = Path.of(arguments[0]);
        List<Row> rows = read(Files.readAllLines(project.resolve(FILE)));
        List<Path> reports = new ArrayList<>();
        for (String folder : List.of("target/surefire-reports", "target/failsafe-reports")) {
            try (Stream<Path> files = Files.list(project.resolve(folder))) {
                files.forEach(reports::add);
            }
        }
        boolean skippedWillDo = !"1".equals(System.getenv("REQUIRE_FAULTS"));
        List<String> problems = new ArrayList<>();
        int tests = 0;
        for (Row row : rows) {
            for (Named test : row.tests()) {
                tests++;
                String problem = problem(test, reports, Instant.parse(arguments[1]));
                if (problem.equals("was skipped") && skippedWillDo) {
                    System.out.println("OriginsTable: " + test + " was skipped");
                } else if (!problem.isEmpty()) {
                    problems.add(test + " " + problem + " (" + row.says() + ")");
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalStateException(FILE + ":\n  " + String.join("\n  ", problems));
        }
        System.out.println("OriginsTable: " + rows.size() + " rows, " + tests + " tests named, all ran");
    }
}
