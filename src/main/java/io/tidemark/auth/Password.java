package io.tidemark.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** A password, kept as a digest; comparing takes the same time whatever is given. Immutable. */
public final class Password {

    private final byte[] digest;

    /** The right password. */
    public Password(String password) {
        this.digest = sha256(password.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether the given password is the right one. */
    public boolean matches(byte[] given) {
        return MessageDigest.isEqual(digest, sha256(given));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
