package io.tidemark.node;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine;

/** The version of this node, as the build wrote it into the jar. */
final class Version implements CommandLine.IVersionProvider {
    private static final String BUILD_PROPERTIES = "/META-INF/maven/io.tidemark/tidemark/pom.properties";

    @Override
    public String[] getVersion() {
        return new String[] {"tidemark " + number()};
    }

    /** Such as {@code 0.1.0} or {@code 0.1.0-SNAPSHOT}; {@code development} if it does not run from a jar. */
    static String number() {
        try (InputStream in = Version.class.getResourceAsStream(BUILD_PROPERTIES)) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty("version", "development");
        } catch (IOException unreadable) {
            return "unknown";
        }
    }
}
