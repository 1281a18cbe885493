package io.tidemark;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Inside a package, few classes know each other in a circle: each can be read, and changed, by itself. */
class ClassCyclesTest {
    private static final String ROOT = "io.tidemark.";
    private static final int MAX_CLASSES = 3;

    @ParameterizedTest
    @ValueSource(strings = {"bitcask", "disk.durable", "shard"})
    void classesOfAPackage_inACircle_areAtMostThree(String name) {
        assertThat(circles(name, new ImportOption.DoNotIncludeTests()))
                .as("classes of %s that reach each other", name)
                .allMatch(circle -> circle.size() <= MAX_CLASSES);
    }

    @Test
    void circles_ofClassesThatKnowEachOther_areFound() {
        assertThat(circles("disk", new ImportOption.DoNotIncludeTests()))
                .as("the control")
                .contains(Set.of("Disk", "RealDisk"));
    }

    private static Set<Set<String>> circles(String name, ImportOption option) {
        JavaClasses classes = new ClassFileImporter().withImportOption(option).importPackages(ROOT + name);
        Map<String, Set<String>> uses = new TreeMap<>();
        for (JavaClass each : classes) {
            Set<String> used = uses.computeIfAbsent(topLevel(each), any -> new TreeSet<>());
            each.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                    .filter(target -> target.getPackageName().equals(each.getPackageName()))
                    .forEach(target -> used.add(topLevel(target)));
        }
        Map<String, Set<String>> reached = new TreeMap<>();
        uses.keySet().forEach(each -> reached.put(each, reachable(each, uses)));
        Set<Set<String>> circles = new HashSet<>();
        reached.forEach((each, all) -> {
            Set<String> circle = new TreeSet<>(all);
            circle.removeIf(other -> !reached.getOrDefault(other, Set.of()).contains(each));
            if (circle.size() > 1) {
                circles.add(circle);
            }
        });
        return circles;
    }

    private static Set<String> reachable(String from, Map<String, Set<String>> uses) {
        Set<String> seen = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(Set.of(from));
        while (!open.isEmpty()) {
            for (String next : uses.getOrDefault(open.pop(), Set.of())) {
                if (seen.add(next)) {
                    open.push(next);
                }
            }
        }
        return seen;
    }

    private static String topLevel(JavaClass type) {
        JavaClass at = type;
        while (at.getEnclosingClass().isPresent()) {
            at = at.getEnclosingClass().get();
        }
        return at.getSimpleName();
    }
}
