package io.tidemark.admin;

import io.tidemark.auth.Password;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Checks the password of HTTP requests: {@code Authorization: Bearer PASSWORD}, or {@code Basic} with any user name.
 */
final class AdminPassword {
    private final Password password;

    AdminPassword(String password) {
        this.password = new Password(password);
    }

    /**
     * Whether the header contains the right password.
     *
     * @param authorization the header, {@code null} if the request has none
     */
    boolean matches(@Nullable String authorization) {
        String given = authorization == null ? null : given(authorization);
        return given != null && password.matches(given.getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable String given(String authorization) {
        int space = authorization.indexOf(' ');
        if (space < 0) {
            return null;
        }
        String scheme = authorization.substring(0, space).toLowerCase(Locale.ROOT);
        String credentials = authorization.substring(space + 1).strip();
        return switch (scheme) {
            case "bearer" -> credentials;
            case "basic" -> basicPassword(credentials);
            default -> null;
        };
    }

    private static @Nullable String basicPassword(String encoded) {
        try {
            String pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            return colon < 0 ? null : pair.substring(colon + 1);
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }
}
