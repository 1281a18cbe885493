package io.tidemark;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/**
 * How the packages under one root package may depend on each other, and what none of them does. A rule holds over no
 * classes at all, so that it can stand before the package it is about.
 */
final class ArchitectureRules {

    /** A package and what it may use of the house besides itself; sub-packages count with their parent. */
    private record Row(String name, List<String> mayUse) {}

    private static final String OPTION_TYPES = "*Options";

    private static final List<Row> TABLE = List.of(
            row("admin", "auth", "shard", "checkpoint", "pressure"),
            row("redis", "auth", "shard", "pressure"),
            row("redis.command", "redis.protocol", "shard"),
            row("redis.protocol"),
            row("auth"),
            row("config", OPTION_TYPES, "reload", "value"),
            row("shard", "log", "bitcask", "checkpoint", "pressure", "disk"),
            row("log", "disk"),
            row("bitcask", "disk"),
            row("reload", "checkpoint", "pressure", "value"),
            row("metrics", "checkpoint", "pressure"),
            row("files", "checkpoint", "pressure", "disk"),
            row("checkpoint", "pressure", "value"),
            row("pressure", "disk", "value"),
            row("disk"),
            row("value"));

    /** The composition root: uses all, is used by none. */
    private static final String ROOT_OF_COMPOSITION = "node";

    /** Classes that work on files beside {@code disk}: the lock of the data directory, and the configuration's file. */
    private static final Set<String> FILE_EXCEPTIONS =
            Set.of("node.DirectoryLock", "node.DataDirectory", "config.ConfigLoader");

    private static final Set<String> FILE_CLASSES = Set.of(
            "java.nio.file.Files",
            "java.nio.channels.FileChannel",
            "java.nio.channels.AsynchronousFileChannel",
            "java.io.RandomAccessFile",
            "java.io.FileOutputStream",
            "java.io.FileInputStream",
            "java.io.FileWriter",
            "java.io.FileReader");

    /**
     * Classes that read the system's clocks beside {@code node}: each package's clock, which the composition root hands to
     * the rest, and those that still read it themselves.
     */
    private static final Set<String> CLOCK_EXCEPTIONS = Set.of(
            "checkpoint.Clocks",
            "shard.TimeSource",
            "log.LogHost",
            "disk.MeasuredDisk",
            "disk.durable.PacedWriteBack",
            // still to be given a clock
            "admin.AdminVerticle",
            "bitcask.KeydirLoader",
            "shard.DiskMonitor",
            "shard.ReplayCounter",
            "shard.Shard");

    private static final Set<String> CLOCK_METHODS = Set.of(
            "java.lang.System.nanoTime",
            "java.lang.System.currentTimeMillis",
            "java.time.Instant.now",
            "java.time.Clock.systemUTC",
            "java.time.Clock.systemDefaultZone");

    private final String root;

    ArchitectureRules(String root) {
        this.root = root;
    }

    private static Row row(String name, String... mayUse) {
        return new Row(name, List.of(mayUse));
    }

    /** One rule for each row of the table. */
    List<ArchRule> packagesUseOnlyTheirRow() {
        return TABLE.stream().map(this::usesOnlyItsRow).toList();
    }

    /** A package that the table does not know is a decision not taken. */
    ArchRule everyClassIsInAPackageOfTheTable() {
        String[] known = Stream.concat(TABLE.stream().map(Row::name), Stream.of(ROOT_OF_COMPOSITION))
                .map(this::subtree)
                .toArray(String[]::new);
        return classes().should().resideInAnyPackage(known).allowEmptyShould(true);
    }

    /** A library user needs neither vertx-config nor Micrometer. */
    ArchRule theLibraryNeedsNoOptionalDependency() {
        return noClasses()
                .that()
                .resideInAnyPackage(subtree("files"), subtree("checkpoint"), subtree("pressure"), subtree("disk"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.vertx.config..", "io.micrometer..")
                .allowEmptyShould(true);
    }

    /** All access to files goes through one package, so that tests can inject faults there. */
    ArchRule onlyDiskWorksOnFiles() {
        return noClasses()
                .that()
                .resideOutsideOfPackage(subtree("disk"))
                .and(are(DescribedPredicate.not(exempt(FILE_EXCEPTIONS))))
                .should()
                .dependOnClassesThat(named(FILE_CLASSES))
                .allowEmptyShould(true);
    }

    /** A name says what a class is. */
    ArchRule noNameSaysNothing() {
        return noClasses()
                .should()
                .haveSimpleNameEndingWith("Manager")
                .orShould()
                .haveSimpleNameEndingWith("Helper")
                .orShould()
                .haveSimpleNameEndingWith("Util")
                .orShould()
                .haveSimpleNameEndingWith("Utils")
                .allowEmptyShould(true);
    }

    /** Waiting is done by timers and permits. */
    ArchRule onlyNodeSleeps() {
        return noClasses()
                .that()
                .resideOutsideOfPackage(subtree(ROOT_OF_COMPOSITION))
                .should()
                .callMethodWhere(
                        new DescribedPredicate<JavaMethodCall>("the target is Thread.sleep or TimeUnit.sleep") {
                            @Override
                            public boolean test(JavaMethodCall call) {
                                return call.getName().equals("sleep")
                                        && (call.getTargetOwner().isAssignableTo(Thread.class)
                                                || call.getTargetOwner().isEquivalentTo(TimeUnit.class));
                            }
                        })
                .allowEmptyShould(true);
    }

    /** Time is injected, so that tests decide it. */
    ArchRule onlyTheEdgesReadTheClock() {
        return noClasses()
                .that()
                .resideOutsideOfPackage(subtree(ROOT_OF_COMPOSITION))
                .and(are(DescribedPredicate.not(exempt(CLOCK_EXCEPTIONS))))
                .should()
                .accessTargetWhere(new DescribedPredicate<JavaAccess<?>>("the target is one of " + CLOCK_METHODS) {
                    @Override
                    public boolean test(JavaAccess<?> access) {
                        return CLOCK_METHODS.contains(access.getTargetOwner().getName() + "." + access.getName());
                    }
                })
                .allowEmptyShould(true);
    }

    /** Others log. */
    ArchRule onlyNodePrints() {
        return noClasses()
                .that()
                .resideOutsideOfPackage(subtree(ROOT_OF_COMPOSITION))
                .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS)
                .allowEmptyShould(true);
    }

    /** Every package has a package-info, and it says {@code @NullMarked}. */
    ArchRule everyPackageIsDescribedAndNullMarked() {
        return classes()
                .should(new ArchCondition<JavaClass>("be in a package with a package-info that says @NullMarked") {
                    @Override
                    public void check(JavaClass each, ConditionEvents events) {
                        JavaPackage in = each.getPackage();
                        boolean marked = in.tryGetPackageInfo().isPresent() && in.isAnnotatedWith(NullMarked.class);
                        events.add(new SimpleConditionEvent(
                                each, marked, in.getName() + " has no package-info.java with @NullMarked"));
                    }
                })
                .allowEmptyShould(true);
    }

    private ArchRule usesOnlyItsRow(Row row) {
        String[] allowed = Stream.concat(Stream.of(row.name()), row.mayUse().stream())
                .filter(each -> !each.equals(OPTION_TYPES))
                .map(this::subtree)
                .toArray(String[]::new);
        DescribedPredicate<JavaClass> inAllowed = JavaClass.Predicates.resideInAnyPackage(allowed);
        DescribedPredicate<JavaClass> usable = row.mayUse().contains(OPTION_TYPES)
                ? inAllowed.or(simpleNameEndingWith(OPTION_TYPES.substring(1)))
                : inAllowed;
        return classes()
                .that()
                .resideInAPackage(subtree(row.name()))
                .should(useOfTheHouseOnly(row.name() + " may use only " + row.mayUse(), usable))
                .allowEmptyShould(true);
    }

    private ArchCondition<JavaClass> useOfTheHouseOnly(String description, DescribedPredicate<JavaClass> usable) {
        return new ArchCondition<>(description) {
            @Override
            public void check(JavaClass each, ConditionEvents events) {
                for (Dependency use : each.getDirectDependenciesFromSelf()) {
                    JavaClass target = use.getTargetClass().getBaseComponentType();
                    boolean ofTheHouse = target.getPackageName().startsWith(root + ".");
                    if (ofTheHouse && !usable.test(target)) {
                        events.add(SimpleConditionEvent.violated(use, description + ": " + use.getDescription()));
                    }
                }
            }
        };
    }

    private DescribedPredicate<JavaClass> exempt(Set<String> exceptions) {
        return new DescribedPredicate<>("exempt: " + exceptions) {
            @Override
            public boolean test(JavaClass each) {
                JavaClass outermost = each;
                while (outermost.getEnclosingClass().isPresent()) {
                    outermost = outermost.getEnclosingClass().get();
                }
                String name = outermost.getName();
                return exceptions.stream().anyMatch(exception -> name.equals(root + "." + exception));
            }
        };
    }

    private static DescribedPredicate<JavaClass> named(Set<String> names) {
        return new DescribedPredicate<>("are any of " + names) {
            @Override
            public boolean test(JavaClass each) {
                return names.contains(each.getName());
            }
        };
    }

    private String subtree(String name) {
        return root + "." + name + "..";
    }
}
