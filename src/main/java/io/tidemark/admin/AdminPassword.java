package io.tidemark.admin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Checks the password of HTTP requests: {@code Authorization: Bearer PASSWORD}, or {@code Basic} with any user name. Kept as a
 * digest; comparing takes the same time whatever is given.
 */
final class AdminPassword {
    private final byte[] digest;

    AdminPassword(String password) {
        this.digest = sha256(password);
    }

    /**
     * Whether the header contains the right password.
     *
     * @param authorization the header, {@code null} if the request has none
     */
    boolean matches(@Nullable String authorization) {
        String given = authorization == null ? null : given(authorization);
        return given != null && MessageDigest.isEqual(digest, sha256(given));
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

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
