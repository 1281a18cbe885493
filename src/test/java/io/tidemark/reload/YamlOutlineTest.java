package io.tidemark.reload;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines of keys, and what a plain load of YAML would hide. */
class YamlOutlineTest {
    private static YamlOutline of(String text) {
        return YamlOutline.of("app.yaml", text, key -> key.equals("password"));
    }

    @Test
    void line_ofAKey_isWhereItStands() {
        YamlOutline outline = of("shards: 4\nredis:\n  port: 1\n");
        assertThat(outline.line("shards")).isEqualTo(" (line 1)");
        assertThat(outline.line("redis")).isEqualTo(" (line 2)");
        assertThat(outline.line("redis.port")).isEqualTo(" (line 3)");
        assertThat(outline.line("redis.host")).isEmpty();
        assertThat(outline.problems()).isEmpty();
        assertThat(outline.isEmpty()).isFalse();
    }

    @Test
    void line_ofAValueThatYamlReadsAsAnotherWord_hasTheWordWritten() {
        YamlOutline outline = of("a: yes\nb: ~\nc: true\nd:\npassword: no\n");
        assertThat(outline.line("a")).isEqualTo(" (line 1), written as `yes`");
        assertThat(outline.line("b")).isEqualTo(" (line 2), written as `~`");
        assertThat(outline.line("c")).isEqualTo(" (line 3)");
        assertThat(outline.line("d")).isEqualTo(" (line 4)");
        assertThat(outline.line("password")).as("a secret").isEqualTo(" (line 5)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# comments only\n", "---\n", "~\n"})
    void text_withoutKeys_isEmptyAndNoProblem(String text) {
        assertThat(of(text).isEmpty()).isTrue();
        assertThat(of(text).problems()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-5", "12", "1.5", "-0.25", "word", "'007'", "true", "[1, 2]", "{b: {c: {d: 1}}}"})
    void value_readAsWritten_isNoProblem(String value) {
        assertThat(of("a: " + value + "\n").problems()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "007|which YAML reads as the whole number 7; write the number in plain decimal digits",
                "-0|which YAML reads as the whole number 0; write the number in plain decimal digits",
                "0x10|which YAML reads as the whole number 16; write the number in plain decimal digits",
                "1:00|which YAML reads as the whole number 60; write the number in plain decimal digits",
                "1.50|which YAML reads as the number 1.5; write the number in plain decimal digits",
                ".5|which YAML reads as the number 0.5; write the number in plain decimal digits",
                "2026-12-01|which YAML reads as a date; put it in quotes if it is text",
                "!colour red|which YAML reads as a value of the type `!colour`; put it in quotes if it is text",
            })
    void value_readDifferently_isAProblemThatSaysHow(String value, String problem) {
        assertThat(of("x: 1\na: " + value + "\n").problems())
                .singleElement()
                .asString()
                .startsWith("`a` is ")
                .contains(" in app.yaml (line 2), " + problem);
    }

    @Test
    void value_ofASecret_isNotShown() {
        assertThat(of("password: 00715\n").problems())
                .singleElement()
                .asString()
                .startsWith("`password` is (hidden) in app.yaml (line 1), which YAML reads as ")
                .doesNotContain("00715", "461");
    }

    @Test
    void key_twice_isAProblemWithBothLines() {
        assertThat(of("a: 1\nb: 2\na: 3\n").problems())
                .containsExactly("`a` is given twice in app.yaml, on lines 1 and 3; remove one");
    }

    @Test
    void key_thatIsNoPlainWord_isAProblem() {
        String problem = "app.yaml: a key must be a plain word, in quotes if YAML reads it as another type (line 2)";
        assertThat(of("a: 1\n1: x\n").problems()).containsExactly(problem);
        assertThat(of("a: 1\n? [b]\n: x\n").problems()).hasSize(1);
        assertThat(of("base: &b {x: 1}\nuse:\n  <<: *b\n").problems())
                .as("a merge")
                .isEmpty();
    }

    @Test
    void tag_onASection_isAProblem() {
        assertThat(of("a: !!set {x}\n").problems())
                .containsExactly("`a` has the tag `tag:yaml.org,2002:set` in app.yaml (line 1); leave the tag out");
    }

    @Test
    void sections_deeperThanAnyKey_areAProblem() {
        assertThat(of("a: {b: {c: {d: {e: 1}}}}\n").problems()).containsExactly("app.yaml: nested too deeply (line 1)");
    }

    @Test
    void text_thatIsNoMapping_isAProblem() {
        assertThat(of("- 1\n- 2\n").problems())
                .containsExactly(
                        "app.yaml must be a mapping of keys to values, such as `shards: 4`; found sequence (line 1)");
    }

    @Test
    void text_thatIsNotYaml_isAProblemOfOneLine() {
        assertThat(of("a: [\n").problems())
                .singleElement()
                .asString()
                .startsWith("app.yaml is not YAML: ")
                .contains("(line ")
                .doesNotContain("\n");
        assertThat(of("a: \0\n").problems())
                .singleElement()
                .asString()
                .startsWith("app.yaml is not YAML: ")
                .doesNotContain("\n");
    }

    @Test
    void problemsOf_aSection_areItsOwnAndThoseOfItsKeys() {
        YamlOutline outline = of("a: 007\nab: 007\nb: {c: 007}\n");
        assertThat(outline.problems()).hasSize(3);
        assertThat(outline.problemsOf("a")).singleElement().asString().startsWith("`a` is 007");
        assertThat(outline.problemsOf("b")).singleElement().asString().startsWith("`b.c` is 007");
    }

    @Test
    void oneLine_ofAnyMessage_hasNoBreak() {
        assertThat(YamlOutline.oneLine("first \n  second\r\nthird")).isEqualTo("first; second; third");
        assertThat(YamlOutline.oneLine(null)).isEqualTo("no reason given");
    }
}
