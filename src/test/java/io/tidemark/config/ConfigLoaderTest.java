package io.tidemark.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {
    private final Path dir;

    ConfigLoaderTest(@TempDir Path dir) {
        this.dir = dir;
    }

    @Test
    void load_ofNothing_givesTheDefaults() throws Exception {
        NodeConfig config = new Loading().config();
        assertThat(config.dataDir()).isEqualTo(Path.of("./data"));
        assertThat(config.shards()).isEqualTo(4);
        assertThat(config.redis().host()).isEqualTo("127.0.0.1");
        assertThat(config.redis().port()).isEqualTo(7379);
        assertThat(config.redis().password()).isNull();
        assertThat(config.redis().maxRequestBytes()).isEqualTo(64 << 20);
        assertThat(config.redis().maxOutputBytes()).isEqualTo(64 << 20);
        assertThat(config.redis().maxClients()).isEqualTo(10_000);
        assertThat(config.checkpoint().getMap())
                .containsOnly(
                        Map.entry("interval_ms", 10_000L),
                        Map.entry("idle_ms", 250L),
                        Map.entry("max_delay_ms", 180_000L),
                        Map.entry("max_dirty_bytes", 256L << 20),
                        Map.entry("max_concurrent_fsyncs", 2L),
                        Map.entry("pacing_bytes", 1L << 20),
                        Map.entry("stall_warn_ms", 5_000L),
                        Map.entry("stall_shed_ms", 20_000L));
        assertThat(config.log()).isEqualTo(new NodeConfig.Log(null, 64 << 20));
        assertThat(config.bitcask().maxFileBytes()).isEqualTo(256 << 20);
        assertThat(config.shutdownTimeoutMs()).isEqualTo(8_000);
    }

    @Test
    void load_ofSeveralSources_takesTheLaterOne() throws Exception {
        Path file = yaml("shards: 2\ncheckpoint:\n  interval_ms: 20\n  idle_ms: 2\n  max_delay_ms: 2000\n");
        Loading loading = new Loading().file(file);
        assertThat(loading.config().shards()).isEqualTo(2);
        loading.env("TIDEMARK_SHARDS", "3");
        assertThat(loading.config().shards()).isEqualTo(3);
        loading.property("tidemark.shards", "5");
        assertThat(loading.config().shards()).isEqualTo(5);
        loading.set("shards=6");
        assertThat(loading.config().shards()).isEqualTo(6);
        loading.set("shards=7");
        assertThat(loading.config().shards()).isEqualTo(7);
        loading.env("TIDEMARK_CHECKPOINT_INTERVAL_MS", "30")
                .env("TIDEMARK_CHECKPOINT_IDLE_MS", "3")
                .property("tidemark.checkpoint.idle_ms", "4");
        assertThat(loading.config().checkpoint().getMap())
                .containsEntry("interval_ms", 30L)
                .containsEntry("idle_ms", 4L)
                .containsEntry("max_delay_ms", 2000L);
    }

    @Test
    void load_withoutNamedFile_readsTheDefaultOneIfThere() throws Exception {
        assertThat(new Loading().in(dir).load().file()).isNull();
        Path file = dir.resolve("config/tidemark.yaml");
        Files.createDirectories(dir.resolve("config"));
        Files.writeString(file, "shards: 9\n");
        assertThat(new Loading().in(dir).load().file()).isEqualTo(file);
        assertThat(new Loading().in(dir).config().shards()).isEqualTo(9);
        assertThat(new Loading().in(dir).file(yaml("shards: 8\n")).config().shards())
                .isEqualTo(8);
    }

    @Test
    void load_ofMissingNamedFile_isRefused() throws Exception {
        Path missing = dir.resolve("none.yaml");
        assertThat(new Loading().file(missing).problems())
                .containsExactly(missing + ": no such file; --config names the file to read");
        assertThat(new Loading().file(dir).problems())
                .containsExactly(dir + ": is a directory; --config takes a YAML file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "---\n", "redis:\n", "{}\n"})
    void load_ofEmptyFile_givesTheDefaults(String text) throws Exception {
        assertThat(new Loading().file(yaml(text)).config()).isEqualTo(new Loading().config());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "shards: [|is not YAML: |(line 2)",
                "a: b: c|is not YAML: mapping values are not allowed here|(line 1)",
                "- shards|must be a mapping of keys to values|(line 1)",
                "just text|must be a mapping of keys to values|(line 1)",
                "? [a, b]: c|a key must be a plain word|(line 1)",
                "shards: 1\\nshards: 2|`shards` is given twice|on lines 1 and 2; remove one",
                "redis: {port: 1}\\nredis: {host: a}|`redis` is given twice|on lines 1 and 2; remove one",
                "redis.port: 1\\nredis: {port: 2}|`redis.port` is given twice|on lines 1 and 2; remove one",
                "shards: 010|`shards` is 010 in|which YAML reads as the whole number 8; write the number in plain decimal digits, or in quotes",
                "redis: {port: 1:30}|`redis.port` is 1:30 in|which YAML reads as the whole number 90; write the number in plain decimal digits",
                "shards: 0x1f|`shards` is 0x1f in|which YAML reads as the whole number 31; write the number in plain",
                "shards: 1_000|`shards` is 1_000 in|which YAML reads as the whole number 1000; write the number in plain",
                "shards: +4|`shards` is +4 in|which YAML reads as the whole number 4; write the number in plain",
                "shards: 1:30.5|`shards` is 1:30.5 in|which YAML reads as the number 90.5; write the number in plain",
                "data_dir: 1.10|`data_dir` is 1.10 in|(line 1), which YAML reads as the number 1.1; write",
                "data_dir: .inf|`data_dir` is .inf in|(line 1), which YAML reads as the number Infinity; write",
                "data_dir: 2026-12-01|`data_dir` is 2026-12-01 in|(line 1), which YAML reads as a date; put it in quotes if it is text",
                "shards: 2026-12-01 10:00:00|`shards` is 2026-12-01 10:00:00 in|(line 1), which YAML reads as a date; put it in quotes",
                "data_dir: !!binary aGVsbG8=|`data_dir` is aGVsbG8= in|(line 1), which YAML reads as binary data; put it in quotes",
                "data_dir: !secret x|`data_dir` is x in|(line 1), which YAML reads as a value of the type `!secret`; put it in quotes",
                "shards: !!int abc|`shards` is abc in|(line 1), which YAML reads as a value of the type `tag:yaml.org,2002:int`",
                "shards: [!!int abc]|test.yaml is not YAML: |abc",
                "shards: !!set {a}|`shards` has the tag `tag:yaml.org,2002:set` in|(line 1); leave the tag out",
                "yes: 1|a key must be a plain word|(line 1)",
                "2026-12-01: 1|a key must be a plain word|(line 1)",
                "a: &x {b: *x}|nested too deeply|(line 1)",
                "shards: 1\\n---\\nshards: 2|is not YAML: but found another document|(line 2)",
            })
    void load_ofMalformedYaml_namesProblemAndLine(String text, String what, String where) throws Exception {
        assertThat(new Loading().file(yaml(text.replace("\\n", "\n") + "\n")).problems())
                .singleElement()
                .asString()
                .contains(what, where, "test.yaml");
    }

    @Test
    void load_ofBinaryFile_isRefused() throws Exception {
        Path file = dir.resolve("bin.yaml");
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
        assertThat(new Loading().file(file).problems()).containsExactly(file + " is not a text in UTF-8");
    }

    @Test
    void load_ofUnknownKeys_suggests() throws Exception {
        Path file = yaml("checkpoint:\n  intervalMs: 5\nshrads: 3\nredsi:\n  port: 4\n  host: x\ncolour: red\n");
        assertThat(new Loading()
                        .file(file)
                        .set("interval_ms=4")
                        .set("redis.Port=4")
                        .property("tidemark.shutdown.timeout_ms", "1")
                        .problems())
                .containsExactly(
                        "unknown key `checkpoint.intervalMs` in " + file
                                + "; did you mean `checkpoint.interval_ms`? (line 2)",
                        "unknown key `shrads` in " + file + "; did you mean `shards`? (line 3)",
                        "unknown key `redsi` in " + file + "; did you mean `redis`? (line 4)",
                        "unknown key `colour` in " + file + " (line 7)",
                        "unknown key `shutdown.timeout_ms` in system property tidemark.shutdown.timeout_ms;"
                                + " did you mean `shutdown_timeout_ms`?",
                        "unknown key `interval_ms` in --set; did you mean `checkpoint.interval_ms`?",
                        "unknown key `redis.Port` in --set; did you mean `redis.port`?");
    }

    @Test
    void load_ofUnknownVariable_warnsOnly() throws Exception {
        assertThat(new Loading()
                        .env("TIDEMARK_CHECKPOINT_INTERVAL", "4")
                        .env("TIDEMARK_X", "5")
                        .env("OTHER_SHARDS", "5")
                        .load()
                        .warnings())
                .containsExactly(
                        "environment variable TIDEMARK_CHECKPOINT_INTERVAL sets no known key and is ignored;"
                                + " did you mean `TIDEMARK_CHECKPOINT_INTERVAL_MS`?",
                        "environment variable TIDEMARK_X sets no known key and is ignored");
    }

    @Test
    void load_ofKubernetesPort_ignoresItWithAWarning() throws Exception {
        ConfigLoader.Loaded loaded =
                new Loading().env("TIDEMARK_REDIS_PORT", "tcp://10.0.0.1:6379").load();
        assertThat(loaded.config().redis().port()).isEqualTo(7379);
        assertThat(loaded.warnings())
                .singleElement()
                .asString()
                .contains("TIDEMARK_REDIS_PORT", "tcp://10.0.0.1:6379", "Kubernetes");
        assertThat(new Loading().env("TIDEMARK_SHARDS", "tcp://10.0.0.1:6379").problems())
                .hasSize(1);
    }

    @Test
    void load_ofEmptyVariable_countsAsNotSet() throws Exception {
        assertThat(new Loading().env("TIDEMARK_SHARDS", "").config().shards()).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "shards: 0|`shards` is 0 in|it must be a whole number from 1 to 1024 (line 1)",
                "shards: 1025|`shards` is 1025 in|it must be a whole number from 1 to 1024",
                "shards: 1.5|`shards` is the number 1.5 in|it must be a whole number",
                "shards: four|`shards` is the text `four` in|it must be a whole number",
                "shards: true|`shards` is the Boolean true in|it must be a whole number",
                "shards: [1]|`shards` is a list in|it must be a whole number",
                "shards: {a: 1}|`shards` is a section in|it must be a whole number",
                "shards: 99999999999999999999|`shards` is 99999999999999999999 in|it must be a whole number",
                "shards:|`shards` has no value in|give it one or leave the key out (line 1)",
                "redis: {host: on}|`redis.host` is the Boolean true in|it must be text that isn't empty (in YAML, in quotes",
                "shards: '04'|`shards` is the text `04`, with a leading zero in|it must be a whole number from 1 to 1024",
                "redis: 7|`redis` is the whole number 7 in|it must be a section with keys of its own (line 1)",
                "redis: {port: 65536}|`redis.port` is 65536 in|from 0 to 65535",
                "redis: {port: -1}|`redis.port` is -1 in|from 0 to 65535",
                "redis: {host: 12}|`redis.host` is the whole number 12 in|in quotes if it looks like a number, a date or a Boolean",
                "redis: {allow_no_password: 1}|`redis.allow_no_password` is the whole number 1 in|it must be true or false",
                "data_dir: ' '|`data_dir` is empty in|it must be text that isn't empty",
                "log: {segment_bytes: 64MB}|`log.segment_bytes` is the text `64MB` in|a size from 8KiB to 1GiB, in bytes or with KiB,",
                "log: {segment_bytes: -1}|`log.segment_bytes` is -1 in|a size from 8KiB to 1GiB",
                "log: {segment_bytes: 1.5GiB}|`log.segment_bytes` is the text `1.5GiB` in|a size from 8KiB to 1GiB",
                "log: {segment_bytes: 99999999999999999GiB}|is 99999999999999999GiB in|a size from 8KiB to 1GiB",
            })
    void load_ofInvalidValue_namesKeyValueSourceAndExpectation(String text, String what, String right)
            throws Exception {
        Path file = yaml(text + "\n");
        assertThat(new Loading().file(file).problems())
                .singleElement()
                .asString()
                .contains(what, file.toString(), right, "(line 1)");
    }

    /** Text that YAML reads as another type is refused; in quotes, or with a tag for text, it is kept as written. */
    @ParameterizedTest
    @ValueSource(
            strings = {"2026-12-01", "1:00", "03720", "0x1f", "1.10", "yes", "null", "~", "4711", "1e3", "-", "=", "a b"
            })
    void load_ofTextInQuotes_isKeptAsWritten(String text) throws Exception {
        for (String written : List.of("'" + text + "'", '"' + text + '"', "!!str '" + text + "'")) {
            NodeConfig config = new Loading()
                    .file(yaml("data_dir: " + written + "\nredis: {password: " + written + "}\n"))
                    .config();
            assertThat(config.dataDir()).isEqualTo(Path.of(text));
            assertThat(config.redis().password()).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "On", "true", "NO"})
    void load_ofFlagInYaml_acceptsYamlBooleans(String text) throws Exception {
        new Loading().file(yaml("redis: {allow_no_password: " + text + "}\n")).config();
        assertThat(new Loading()
                        .file(yaml("redis: {host: 0.0.0.0}\ndata_dir: " + text + "\n"))
                        .set("redis.password=x")
                        .problems())
                .singleElement()
                .asString()
                .contains(
                        "`data_dir` is the Boolean ",
                        "it must be text",
                        text.equals("true") ? "(line 2)" : "(line 2), written as `" + text + "`");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "~", "NULL", ""})
    void load_ofNoValue_isRefusedAndShowsTheText(String text) throws Exception {
        assertThat(new Loading().file(yaml("data_dir: " + text + "\n")).problems())
                .singleElement()
                .asString()
                .contains(
                        "`data_dir` has no value in",
                        text.isEmpty() ? "(line 1)" : "(line 1), written as `" + text + "`");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-12-01",
                "0775",
                "4711",
                "1:30",
                "1.10",
                "yes",
                "null",
                "!!binary aGVsbG8=",
                "[hunter2]",
                "{hunter2: 1}"
            })
    void load_ofPasswordThatIsNoText_isRefusedByLineAndNotShown(String text) throws Exception {
        Path file = yaml("redis:\n  password: " + text + "\n");
        List<String> problems = new Loading().file(file).problems();
        assertThat(problems).hasSize(1);
        assertThat(problems.get(0).replace(file.toString(), "FILE"))
                .contains("`redis.password` ", "(line 2)")
                .doesNotContain(text, "hunter2", "aGVsbG8", "509", "90")
                .doesNotContainPattern("true|2026");
    }

    @Test
    void load_ofInvalidValueElsewhere_namesTheSource() throws Exception {
        assertThat(new Loading()
                        .env("TIDEMARK_SHARDS", "x")
                        .property("tidemark.redis.port", "y")
                        .set("redis.max_clients=z")
                        .set("nonsense")
                        .problems())
                .containsExactly(
                        "`shards` is the text `x` in environment variable TIDEMARK_SHARDS;"
                                + " it must be a whole number from 1 to 1024",
                        "`redis.port` is the text `y` in system property tidemark.redis.port;"
                                + " it must be a whole number from 0 to 65535",
                        "`redis.max_clients` is the text `z` in --set; it must be a whole number from 1 to 1000000",
                        "--set takes key=value, such as --set shards=4; found nonsense");
    }

    @ParameterizedTest
    @CsvSource({"8192,8192", "8KiB,8192", "8 KiB,8192", "3MiB,3145728", "1GiB,1073741824"})
    void load_ofSize_takesBytesAndBinarySuffixes(String text, int bytes) throws Exception {
        assertThat(new Loading()
                        .file(yaml("log:\n  segment_bytes: " + text + "\n"))
                        .config()
                        .log()
                        .segmentBytes())
                .isEqualTo(bytes);
        assertThat(new Loading().set("log.segment_bytes=" + text).config().log().segmentBytes())
                .isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"04", "+4", "0x4", "4 ", "4.0", "1_0", "-0"})
    void load_ofNumberNotInPlainDigits_isRefusedFromEverySource(String text) throws Exception {
        assertThat(new Loading().set("shards=" + text).problems()).hasSize(1);
        assertThat(new Loading().env("TIDEMARK_SHARDS", text).problems()).hasSize(1);
        assertThat(new Loading().file(yaml("shards: '" + text + "'\n")).problems())
                .hasSize(1);
        if (!text.endsWith(" ")) {
            assertThat(new Loading().file(yaml("shards: " + text + "\n")).problems())
                    .hasSize(1);
        }
    }

    @Test
    void load_ofSeveralMistakes_reportsAllOfThem() throws Exception {
        Path broken = yaml("shards: [\n");
        List<String> problems = new Loading()
                .file(broken)
                .env("TIDEMARK_SHARDS", "0")
                .set("x=1")
                .problems();
        assertThat(problems).hasSize(3);
    }

    @Test
    void load_ofRuleAndOtherMistake_reportsBoth() throws Exception {
        Loading loading = new Loading().set("redis.host=0.0.0.0").set("shards=0");
        assertThat(loading.problems())
                .hasSize(2)
                .anyMatch(line -> line.startsWith("`shards` is 0"))
                .anyMatch(line -> line.startsWith("`redis.host` is 0.0.0.0"));
        assertThat(loading.set("redis.password=").problems())
                .as("a rule about an invalid key is skipped")
                .hasSize(2)
                .anyMatch(line -> line.startsWith("`redis.password` is empty in --set"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "10.1.2.3", "node-1", "127.evil.example"})
    void load_ofReachableHostWithoutPassword_isRefused(String host) throws Exception {
        assertThat(new Loading().set("redis.host=" + host).problems())
                .singleElement()
                .asString()
                .contains("`redis.host` is " + host, "`redis.password`", "`redis.allow_no_password`");
        assertThat(new Loading()
                        .set("redis.host=" + host)
                        .set("redis.password=x")
                        .config()
                        .redis()
                        .password())
                .isEqualTo("x");
        new Loading()
                .set("redis.host=" + host)
                .set("redis.allow_no_password=true")
                .config();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "localhost", "::1"})
    void load_ofLoopbackHost_needsNoPassword(String host) throws Exception {
        assertThat(new Loading().set("redis.host=" + host).config().redis().host())
                .isEqualTo(host);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "10.1.2.3", "node-1"})
    void load_ofReachableAdminHostWithoutPassword_isRefused(String host) throws Exception {
        assertThat(new Loading().set("admin.host=" + host).problems())
                .singleElement()
                .asString()
                .contains("`admin.host` is " + host, "`redis.password`", "`redis.allow_no_password`");
        assertThat(new Loading()
                        .set("admin.host=" + host)
                        .set("redis.password=x")
                        .config()
                        .admin())
                .isEqualTo(new NodeConfig.Admin(host, 7380));
        new Loading()
                .set("admin.host=" + host)
                .set("redis.allow_no_password=true")
                .config();
    }

    @Test
    void load_ofAdmin_isLoopbackByDefault() throws Exception {
        assertThat(new Loading().config().admin()).isEqualTo(new NodeConfig.Admin("127.0.0.1", 7380));
        assertThat(new Loading().set("admin.port=0").config().admin().port()).isZero();
    }

    @Test
    void load_ofLogDirInsideDataDir_isRefused() throws Exception {
        assertThat(new Loading().set("data_dir=/a/b").set("log.dir=/a/b/c").problems())
                .hasSize(1);
        assertThat(new Loading().set("data_dir=/a/b").set("log.dir=/a/x/../b").problems())
                .hasSize(1);
        assertThat(new Loading().set("data_dir=/a/b").set("log.dir=/a").problems())
                .hasSize(1);
        assertThat(new Loading()
                        .set("data_dir=/a/b")
                        .set("log.dir=/a/bc")
                        .config()
                        .log()
                        .dir())
                .isEqualTo(Path.of("/a/bc"));
    }

    @Test
    void config_neverShowsThePassword() throws Exception {
        NodeConfig config = new Loading().set("redis.password=hunter2").config();
        assertThat(config.toString()).doesNotContain("hunter2");
        assertThat(config.display())
                .containsEntry("redis.password", "(hidden)")
                .containsEntry("log.segment_bytes", "64MiB")
                .doesNotContainKey("log.dir");
        assertThat(new Loading()
                        .file(yaml("redis:\n  password: 0775\n"))
                        .env("TIDEMARK_REDIS_PASSWORD", "tcp")
                        .problems()
                        .toString())
                .contains("redis.password")
                .doesNotContain("0775");
        assertThat(new Loading()
                        .file(yaml("redis:\n  password: 4711\n"))
                        .problems()
                        .toString())
                .contains("redis.password", "in quotes")
                .doesNotContain("4711");
    }

    @Test
    void load_ofPressureLimits_mustBeOrdered() throws Exception {
        assertThat(new Loading().config().pressure().getMap()).containsOnlyKeys("dwell_ms");
        assertThat(new Loading()
                        .file(yaml("pressure: {shed_free_bytes: 10MiB, resume_free_bytes: 20MiB}\n"))
                        .config()
                        .pressure()
                        .getMap())
                .containsEntry("shed_free_bytes", 10L << 20)
                .containsEntry("resume_free_bytes", 20L << 20);
        assertThat(new Loading()
                        .file(yaml("pressure: {shed_free_bytes: 20MiB, resume_free_bytes: 20MiB}\n"))
                        .problems())
                .singleElement()
                .asString()
                .contains("`pressure.resume_free_bytes` is 20MiB", "more than `pressure.shed_free_bytes`");
    }

    @Test
    void config_checkpointSection_isACopy() throws Exception {
        NodeConfig config = new Loading().config();
        config.checkpoint().put("interval_ms", 1L);
        assertThat(config.checkpoint().getLong("interval_ms")).isEqualTo(10_000L);
    }

    private Path yaml(String text) throws Exception {
        Path file = dir.resolve("test.yaml");
        Files.writeString(file, text, StandardCharsets.UTF_8);
        return file;
    }
}
