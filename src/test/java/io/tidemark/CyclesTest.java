package io.tidemark;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.disk.CorruptionException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Classes that use each other in a circle can only be understood together, so a circle stays small: no cycle crosses the
 * border of a package, and none has more than three classes. A nested class counts as its outermost one.
 */
class CyclesTest {
    private static final int MAX_CLASSES = 3;

    /**
     * Packages that still have a larger cycle, and the size of their largest one. A row that is larger than what is found
     * fails too: lower it, or remove it once the package has no cycle of more than three classes.
     */
    private static final Map<String, Integer> STILL_LARGER =
            new TreeMap<>(Map.of("io.tidemark.log.segment", 7, "io.tidemark.files", 4));

    /** A line of {@code jdeps}: a class, an arrow, a class it uses. */
    private static final Pattern USE =
            Pattern.compile("^ +(io\\.tidemark[\\w.]*)[\\w$]* +-> (io\\.tidemark[\\w.]*)[\\w$]* ", Pattern.MULTILINE);

    private static final List<SortedSet<String>> CYCLES = cycles(usesInMain());

    @Test
    void cycle_ofClasses_staysInOnePackage() {
        assertThat(CYCLES.stream().filter(cycle -> packagesOf(cycle).size() > 1))
                .as("cycles of classes that cross packages; move what both need, or turn one dependency around")
                .isEmpty();
    }

    @Test
    void cycle_ofClasses_hasAtMostThree() {
        assertThat(CYCLES.stream()
                        .filter(cycle -> cycle.size() > MAX_CLASSES)
                        .filter(cycle -> packagesOf(cycle).stream()
                                .noneMatch(name -> cycle.size() <= STILL_LARGER.getOrDefault(name, 0))))
                .as("cycles of more than %s classes", MAX_CLASSES)
                .isEmpty();
    }

    @Test
    void exception_ofAPackage_isNotLargerThanItsLargestCycle() {
        Map<String, Integer> largest = new TreeMap<>();
        STILL_LARGER.keySet().forEach(name -> largest.put(name, 0));
        CYCLES.stream().filter(cycle -> cycle.size() > MAX_CLASSES).forEach(cycle -> packagesOf(cycle)
                .forEach(name -> largest.computeIfPresent(name, (key, size) -> Math.max(size, cycle.size()))));
        assertThat(STILL_LARGER)
                .as("stale rows of STILL_LARGER: lower each to the size found; remove it where that is 0")
                .isEqualTo(largest);
    }

    @Test
    void cycles_ofAGraphWithTwo_areBothFound() {
        Map<String, SortedSet<String>> uses = new TreeMap<>();
        uses.put("a.A", new TreeSet<>(List.of("a.B", "c.Leaf")));
        uses.put("a.B", new TreeSet<>(List.of("b.C")));
        uses.put("b.C", new TreeSet<>(List.of("a.A", "d.D")));
        uses.put("d.D", new TreeSet<>(List.of("d.E")));
        uses.put("d.E", new TreeSet<>(List.of("d.D")));
        assertThat(cycles(uses))
                .containsExactlyInAnyOrder(
                        new TreeSet<>(List.of("a.A", "a.B", "b.C")), new TreeSet<>(List.of("d.D", "d.E")));
        assertThat(packagesOf(new TreeSet<>(List.of("a.A", "a.B", "b.C")))).containsExactly("a", "b");
    }

    /** Control: a type and the exception that it throws. */
    @Test
    void cycles_ofMain_areNotOverlooked() {
        assertThat(CYCLES)
                .contains(new TreeSet<>(
                        List.of("io.tidemark.disk.DescriptorReserve", "io.tidemark.disk.NoDescriptorsException")));
    }

    private static SortedSet<String> packagesOf(Collection<String> classes) {
        return classes.stream()
                .map(name -> name.substring(0, name.lastIndexOf('.')))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Each outermost class, and the other outermost classes that it uses, as {@code jdeps} finds them in the bytecode. */
    private static Map<String, SortedSet<String>> usesInMain() {
        StringWriter out = new StringWriter();
        PrintWriter printer = new PrintWriter(out);
        Path classes = Path.of(CorruptionException.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        int status = ToolProvider.findFirst("jdeps")
                .orElseThrow()
                .run(printer, printer, "--multi-release", "base", "-verbose:class", "-filter:none", classes.toString());
        assertThat(status).as("jdeps: %s", out).isZero();
        Map<String, SortedSet<String>> uses = new TreeMap<>();
        Matcher line = USE.matcher(out.toString());
        while (line.find()) {
            if (!line.group(1).equals(line.group(2))) {
                uses.computeIfAbsent(line.group(1), first -> new TreeSet<>()).add(line.group(2));
            }
        }
        return uses;
    }

    /** The strongly connected components of more than one node, by Tarjan's algorithm. */
    private static List<SortedSet<String>> cycles(Map<String, SortedSet<String>> uses) {
        return new Components(uses).found;
    }

    private static final class Components {
        private final List<SortedSet<String>> found = new ArrayList<>();
        private final Map<String, SortedSet<String>> uses;
        private final Map<String, Integer> order = new HashMap<>();
        private final Map<String, Integer> lowest = new HashMap<>();
        private final List<String> stack = new ArrayList<>();

        Components(Map<String, SortedSet<String>> uses) {
            this.uses = uses;
            uses.keySet().forEach(node -> {
                if (!order.containsKey(node)) {
                    visit(node);
                }
            });
        }

        private int visit(String node) {
            int number = order.size();
            order.put(node, number);
            int low = number;
            stack.add(node);
            for (String next : uses.getOrDefault(node, new TreeSet<>())) {
                if (!order.containsKey(next)) {
                    low = Math.min(low, visit(next));
                } else if (stack.contains(next)) {
                    low = Math.min(low, lowest.getOrDefault(next, order.get(next)));
                }
            }
            lowest.put(node, low);
            if (low == number) {
                List<String> component = stack.subList(stack.indexOf(node), stack.size());
                if (component.size() > 1) {
                    found.add(new TreeSet<>(component));
                }
                component.clear();
            }
            return low;
        }
    }
}
