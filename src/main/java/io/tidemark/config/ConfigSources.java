package io.tidemark.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The sources of values, in ascending order of precedence.
 *
 * @param namedFile a YAML file that must exist; {@code null} for {@link #DEFAULT_FILE} if that exists
 * @param workingDirectory the directory in which the default file is looked up
 * @param environment environment variables; those that begin with {@code TIDEMARK_} count
 * @param properties system properties; those that begin with {@code tidemark.} count
 * @param settings texts of the form {@code key=value} from the command line; the last one for a key counts
 */
public record ConfigSources(
        @Nullable Path namedFile,
        Path workingDirectory,
        Map<String, String> environment,
        Map<String, String> properties,
        List<String> settings) {

    /** The file that is read if none is named. */
    public static final Path DEFAULT_FILE = Path.of("config", "tidemark.yaml");

    /** Copies the collections. */
    public ConfigSources {
        environment = Map.copyOf(environment);
        properties = Map.copyOf(properties);
        settings = List.copyOf(settings);
    }

    /** This process's environment, system properties and working directory. */
    public static ConfigSources ofProcess() {
        Properties system = System.getProperties();
        return new ConfigSources(
                null,
                Path.of(""),
                System.getenv(),
                system.stringPropertyNames().stream().collect(Collectors.toMap(name -> name, system::getProperty)),
                List.of());
    }

    /** The same with the options of the command line. */
    public ConfigSources withCommandLine(@Nullable Path file, List<String> keysAndValues) {
        return new ConfigSources(file, workingDirectory, environment, properties, keysAndValues);
    }
}
