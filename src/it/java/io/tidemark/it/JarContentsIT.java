package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is in the two jars: the library alone in one, everything that a node needs in the other. */
class JarContentsIT {
    private static final String OURS = "io/tidemark/";

    private static final Set<String> INTERNAL = Set.of("io.tidemark.value");

    private static Set<String> ownClasses(JarFile jar) {
        return jar.stream()
                .map(JarEntry::getName)
                .filter(name -> name.startsWith(OURS) && name.endsWith(".class"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> packages(Set<String> classes) {
        return classes.stream()
                .map(name -> name.substring(0, name.lastIndexOf('/')).replace('/', '.'))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static ModuleDescriptor module(JarFile jar) throws IOException {
        try (var in = jar.getInputStream(jar.getEntry("module-info.class"))) {
            return ModuleDescriptor.read(in);
        }
    }

    @Test
    void libraryJar_holdsTheLibrarysPackages_andNoneOfTheNodes() throws IOException {
        try (JarFile library = new JarFile(Jars.library().toFile())) {
            assertThat(packages(ownClasses(library)))
                    .contains(
                            "io.tidemark.checkpoint",
                            "io.tidemark.pressure",
                            "io.tidemark.reload",
                            "io.tidemark.metrics")
                    .doesNotContain("io.tidemark.node", "io.tidemark.shard", "io.tidemark.log", "io.tidemark.redis");
            assertThat(library.stream().map(JarEntry::getName).filter(name -> !name.endsWith("/")))
                    .allMatch(name -> name.startsWith(OURS)
                            || name.equals("module-info.class")
                            || name.matches("META-INF/(MANIFEST\\.MF|LICENSE|NOTICE|maven/io\\.tidemark/.*)"));
        }
    }

    @Test
    void libraryJar_refersToNothingOfTheProjectThatIsNotInIt() {
        JavaClasses library = new ClassFileImporter().importJar(openedJar(Jars.library()));
        assertThat(library.size()).isGreaterThan(50);
        assertThat(library.stream()
                        .flatMap(each -> each.getDirectDependenciesFromSelf().stream())
                        .map(use -> use.getTargetClass().getBaseComponentType())
                        .map(JavaClass::getName)
                        .filter(name -> name.startsWith("io.tidemark."))
                        .filter(name -> !library.contain(name))
                        .distinct())
                .isEmpty();
    }

    private static JarFile openedJar(Path jar) {
        try {
            return new JarFile(jar.toFile());
        } catch (IOException unreadable) {
            throw new java.io.UncheckedIOException(unreadable);
        }
    }

    @Test
    void libraryModule_exportsItsPackagesButTheInternalOnes_andRequiresTheBindingsOnlyToCompile() throws IOException {
        try (JarFile library = new JarFile(Jars.library().toFile())) {
            ModuleDescriptor module = module(library);
            Set<String> exported = packages(ownClasses(library));
            exported.removeAll(INTERNAL);
            exported.removeIf(name -> name.startsWith("io.tidemark.disk."));
            assertThat(module.name()).isEqualTo("io.tidemark");
            assertThat(module.exports().stream()
                            .filter(each -> !each.isQualified())
                            .map(ModuleDescriptor.Exports::source))
                    .containsExactlyInAnyOrderElementsOf(exported);
            assertThat(module.requires().stream()
                            .filter(each -> !each.modifiers().contains(Requires.Modifier.STATIC))
                            .map(Requires::name))
                    .containsExactlyInAnyOrder("java.base", "io.vertx.core", "org.slf4j");
        }
    }

    @Test
    void nodeJar_holdsEveryClass_andIsNoModule() throws IOException {
        Path classes = Path.of(System.getProperty("tidemark.basedir", "."), "target/classes");
        Set<String> compiled;
        try (Stream<Path> walk = Files.walk(classes.resolve("io"))) {
            compiled = walk.map(each -> classes.relativize(each).toString().replace('\\', '/'))
                    .filter(name -> name.endsWith(".class"))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
        try (JarFile node = new JarFile(Jars.node().toFile())) {
            assertThat(ownClasses(node)).isEqualTo(compiled);
            assertThat(node.stream().map(JarEntry::getName))
                    .contains("logback.xml")
                    .noneMatch(name -> name.endsWith("module-info.class"));
        }
    }

    @Test
    void bothJars_sayTheSameVersion() throws IOException {
        try (JarFile library = new JarFile(Jars.library().toFile());
                JarFile node = new JarFile(Jars.node().toFile())) {
            String version = version(library);
            assertThat(Jars.library()).hasFileName("tidemark-" + version + ".jar");
            assertThat(version(node)).isEqualTo(version);
            for (JarFile each : new JarFile[] {library, node}) {
                assertThat(each.getManifest().getMainAttributes().getValue(Attributes.Name.IMPLEMENTATION_VERSION))
                        .isEqualTo(version);
            }
        }
    }

    private static String version(JarFile jar) throws IOException {
        Properties properties = new Properties();
        try (var in = jar.getInputStream(jar.getEntry("META-INF/maven/io.tidemark/tidemark/pom.properties"))) {
            properties.load(in);
        }
        return properties.getProperty("version", "none");
    }
}
