package io.tidemark.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.config.ConfigKey;
import io.tidemark.config.KeyTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table of keys is what the code says, and the prose around it names no key that there isn't. */
class ConfigurationPageTest {
    private static final Path PAGE = Document.project().resolve("src/docs/configuration.md");
    private static final Pattern KEY = Pattern.compile(
            "`((?:redis|admin|checkpoint|bitcask|pressure|reload)\\.[a-z_]+|log\\.(?:dir|[a-z]+_[a-z_]+)|data_dir|shards|shutdown_timeout_ms)`");

    @TempDir
    Path directory;

    @Test
    void table_isThatOfTheCode() throws Exception {
        Generated.check(PAGE, "keys", KeyTable.markdown(), getClass());
    }

    @Test
    void table_thatWasEdited_isNotAccepted() throws Exception {
        Path edited = directory.resolve("configuration.md");
        Files.writeString(edited, Files.readString(PAGE).replace("`180000`", "`190000`"));
        assertThatThrownBy(() -> Generated.compare(edited, "keys", KeyTable.markdown(), getClass()))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("-Dtest=ConfigurationPageTest -Dtidemark.docs.write=true");
    }

    @Test
    void keys_ofAllDocuments_exist() throws Exception {
        Set<String> keys = new HashSet<>();
        for (ConfigKey key : ConfigKey.values()) {
            keys.add(key.key());
        }
        int named = 0;
        for (Document document : Document.all()) {
            for (String line : document.prose()) {
                Matcher key = KEY.matcher(line);
                while (key.find()) {
                    named++;
                    assertThat(keys).as("in %s: %s", document.path(), line).contains(key.group(1));
                }
            }
        }
        assertThat(named).isGreaterThan(60);
    }
}
