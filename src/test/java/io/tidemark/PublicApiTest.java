package io.tidemark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The library's public API against the one on record, {@code src/api/tidemark.txt}. What is new passes; what breaks a user's
 * code fails. {@code -Dtidemark.api=write} puts today's API on record.
 */
class PublicApiTest {
    private static final Path HERE = Path.of(System.getProperty("tidemark.basedir", "."));
    private static final Path ON_RECORD = HERE.resolve("src/api/tidemark.txt");
    private static final Pattern EXPORTS = Pattern.compile("^    exports ([a-z.]+);$", Pattern.MULTILINE);

    private static SortedSet<String> today() throws IOException, ClassNotFoundException {
        Matcher exports = EXPORTS.matcher(Files.readString(HERE.resolve("src/main/module/module-info.java")));
        List<String> packages = exports.results().map(each -> each.group(1)).toList();
        return PublicApi.of(HERE.resolve("target/classes"), packages);
    }

    @Test
    void publicApi_breaksNoUserOfTheOneOnRecord() throws Exception {
        SortedSet<String> today = today();
        if ("write".equals(System.getProperty("tidemark.api"))) {
            Files.createDirectories(ON_RECORD.getParent());
            Files.writeString(ON_RECORD, String.join("\n", today) + "\n");
        }
        SortedSet<String> before = new TreeSet<>(Files.readAllLines(ON_RECORD));
        assertThat(before).hasSizeGreaterThan(200);
        assertThat(PublicApi.breaks(before, today))
                .as("incompatible with the API on record in %s", ON_RECORD)
                .isEmpty();
    }

    @Test
    void publicTypes_sayInWhichVersionTheyCame() throws Exception {
        SortedSet<String> types = new TreeSet<>();
        for (String line : today()) {
            types.add(line.replaceFirst("[$ ].*", ""));
        }
        assertThat(types).hasSizeGreaterThan(40).allSatisfy(type -> assertThat(
                        Files.readString(HERE.resolve("src/main/java/" + type.replace('.', '/') + ".java")))
                .as(type)
                .contains(" * @since "));
    }

    @Test
    void breaks_ofALineThatIsGoneOrChanged_areReported() {
        SortedSet<String> before = lines("a.B | final class", "a.B | int size()", "a.B | static final int MAX = 3");
        assertThat(PublicApi.breaks(
                        before, lines("a.B | final class", "a.B | long size()", "a.B | static final int MAX = 4")))
                .containsExactly("gone: a.B | int size()", "gone: a.B | static final int MAX = 3");
    }

    @Test
    void breaks_ofANewAbstractMethod_areReported_butNotOfOtherNewThings() {
        SortedSet<String> before = lines("a.Target | interface");
        assertThat(PublicApi.breaks(
                        before,
                        lines(
                                "a.Target | interface",
                                "a.Target | abstract void force()",
                                "a.Target | int files()",
                                "a.Other | interface",
                                "a.Other | abstract void get()")))
                .containsExactly("must be implemented now: a.Target | abstract void force()");
    }

    private static SortedSet<String> lines(String... lines) {
        return List.of(lines).stream().collect(Collectors.toCollection(TreeSet::new));
    }
}
