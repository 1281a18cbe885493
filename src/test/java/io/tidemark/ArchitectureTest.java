package io.tidemark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The package table holds, and each rule that says so can fail. */
class ArchitectureTest {
    private static final String HOUSE = "io.tidemark";
    /** A small house beside the real one that breaks every rule; see its classes. */
    private static final String VIOLATING_HOUSE = "io.tidemark.violating";

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(HOUSE);
    private static final JavaClasses VIOLATING = new ClassFileImporter().importPackages(VIOLATING_HOUSE);

    static Stream<ArchRule> houseRules() {
        return all(new ArchitectureRules(HOUSE)).stream();
    }

    static Stream<ArchRule> rulesThatAreBroken() {
        ArchitectureRules rules = new ArchitectureRules(VIOLATING_HOUSE);
        return Stream.of(
                rules.everyClassIsInAPackageOfTheTable(),
                rules.theLibraryNeedsNoOptionalDependency(),
                rules.onlyDiskWorksOnFiles(),
                rules.noNameSaysNothing(),
                rules.onlyNodeSleeps(),
                rules.onlyNodePrints(),
                rules.onlyTheEdgesReadTheClock(),
                rules.everyPackageIsDescribedAndNullMarked());
    }

    private static List<ArchRule> all(ArchitectureRules rules) {
        List<ArchRule> all = new ArrayList<>(rules.packagesUseOnlyTheirRow());
        all.add(rules.everyClassIsInAPackageOfTheTable());
        all.add(rules.theLibraryNeedsNoOptionalDependency());
        all.add(rules.onlyDiskWorksOnFiles());
        all.add(rules.noNameSaysNothing());
        all.add(rules.onlyNodeSleeps());
        all.add(rules.onlyNodePrints());
        all.add(rules.onlyTheEdgesReadTheClock());
        all.add(rules.everyPackageIsDescribedAndNullMarked());
        return all;
    }

    @ParameterizedTest
    @MethodSource("houseRules")
    void rule_overTheHouse_holds(ArchRule rule) {
        rule.check(MAIN);
    }

    @ParameterizedTest
    @MethodSource("rulesThatAreBroken")
    void rule_overTheViolatingHouse_fails(ArchRule rule) {
        assertThatThrownBy(() -> rule.check(VIOLATING))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("Violation");
    }

    @Test
    void table_overTheViolatingHouse_failsForEachRowThatIsBroken() {
        List<String> failures = new ArrayList<>();
        for (ArchRule rule : new ArchitectureRules(VIOLATING_HOUSE).packagesUseOnlyTheirRow()) {
            failures.addAll(rule.evaluate(VIOLATING).getFailureReport().getDetails());
        }
        assertThat(failures)
                .anyMatch(each -> each.startsWith("pressure may use only [disk, value]"))
                .anyMatch(each -> each.startsWith("config may use only [*Options, reload, value]"))
                .noneMatch(each -> each.startsWith("shard "))
                .noneMatch(each -> each.startsWith("config ") && each.contains("ShardOptions"));
    }

    @Test
    void main_import_foundTheHouse() {
        assertThat(MAIN.size()).isGreaterThan(10);
        assertThat(MAIN.contain("io.tidemark.disk.RealDisk")).isTrue();
        assertThat(MAIN.contain("io.tidemark.disk.FaultyDisk"))
                .as("test classes")
                .isFalse();
    }
}
