package io.tidemark.redis.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {

    @ParameterizedTest
    @CsvSource({
        "*, '', true",
        "'', '', true",
        "'', a, false",
        "a*c, abbc, true",
        "a*c, abbd, false",
        "a?c, abc, true",
        "a?c, ac, false",
        "*b*d*, abcd, true",
        "[a-c]x, bx, true",
        "[c-a]x, bx, true",
        "[^a-c]x, bx, false",
        "[^a-c]x, dx, true",
        "[ab, a, true",
        "'[a\\]]x', ']x', true",
        "\\*a, *a, true",
        "\\*a, ba, false",
        "a\\, a\\, true",
    })
    void matches_pattern_asRedisDoes(String pattern, String text, boolean matches) {
        assertThat(new Glob(pattern).matches(text)).isEqualTo(matches);
    }

    @Test
    void matches_manyStars_takesNoLongTime() {
        assertThat(new Glob("a*".repeat(1_000) + "b").matches("a".repeat(5_000)))
                .isFalse();
    }
}
