package io.tidemark.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code config/tidemark.yaml} and {@link ConfigKey} list the same keys. */
class ShippedFileTest {
    private static final Pattern LINE = Pattern.compile("( *)(#?)([a-z_]+):(?: (.*))?");

    private record Listed(String value, boolean commentedOut, String doc) {}

    @Test
    void shippedFile_listsEveryKeyOnce_withItsDefaultAndItsLineOfDoc() throws Exception {
        Map<String, Listed> listed = listed();
        Set<String> keys = new HashSet<>();
        for (ConfigKey key : ConfigKey.values()) {
            keys.add(key.key());
            assertThat(listed).containsKey(key.key());
            Listed line = Objects.requireNonNull(listed.get(key.key()));
            assertThat(line.doc()).as(key.key()).isEqualTo(key.doc());
            assertThat(line.commentedOut()).as("%s is commented out", key.key()).isEqualTo(key.defaultValue() == null);
            if (key.defaultValue() != null) {
                assertThat(key.type().read(line.value())).as(key.key()).isEqualTo(key.defaultValue());
            }
        }
        assertThat(listed.keySet()).isEqualTo(keys);
    }

    @Test
    void shippedFile_loads_asTheDefaults() throws Exception {
        assertThat(new Loading().file(Path.of("config/tidemark.yaml")).config()).isEqualTo(new Loading().config());
    }

    @Test
    void variables_areDistinct() {
        List<String> names = new ArrayList<>();
        for (ConfigKey key : ConfigKey.values()) {
            names.add(key.environmentVariable());
        }
        assertThat(names).doesNotHaveDuplicates();
    }

    private static Map<String, Listed> listed() throws Exception {
        Map<String, Listed> listed = new HashMap<>();
        String section = "";
        String comment = "";
        for (String line : Files.readAllLines(Path.of("config/tidemark.yaml"))) {
            Matcher entry = LINE.matcher(line);
            if (!entry.matches()) {
                comment = line.strip().replaceFirst("^# ?", "");
                continue;
            }
            section = entry.group(1).isEmpty() && entry.group(2).isEmpty() ? "" : section;
            if (entry.group(4) == null) {
                section = entry.group(3) + ".";
                continue;
            }
            Listed earlier = listed.put(
                    section + entry.group(3),
                    new Listed(entry.group(4), !entry.group(2).isEmpty(), comment));
            assertThat(earlier).as("%s listed twice", entry.group(3)).isNull();
        }
        return listed;
    }
}
