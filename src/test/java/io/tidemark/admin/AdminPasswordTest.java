package io.tidemark.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdminPasswordTest {
    private final AdminPassword password = new AdminPassword("tide: märk");

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void matches_bearerAndBasicOfAnyUser() {
        assertThat(password.matches("Bearer tide: märk")).isTrue();
        assertThat(password.matches("bearer   tide: märk ")).isTrue();
        assertThat(password.matches(basic("admin:tide: märk"))).isTrue();
        assertThat(password.matches(basic(":tide: märk"))).isTrue();
    }

    @Test
    void matches_noHeader_isFalse() {
        assertThat(password.matches(null)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Bearer",
                "Bearer ",
                "Bearer tide",
                "Bearer tide: märk2",
                "Basic",
                "Basic !!!",
                "Basic dGlkZQ==",
                "Digest tide: märk",
                "tide: märk"
            })
    void matches_anythingElse_isFalse(String header) {
        assertThat(password.matches(header)).isFalse();
    }

    @Test
    void options_neverShowThePassword() {
        assertThat(new AdminOptions("127.0.0.1", 0, "hunter2")).asString().doesNotContain("hunter2");
    }
}
