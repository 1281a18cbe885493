package io.tidemark.admin;

import org.jspecify.annotations.Nullable;

/**
 * Where the operators' door is, and who may change something there. Never prints the password.
 *
 * @param host address to listen on
 * @param port port, 0 for any free one
 * @param password what a request that changes something must give; {@code null} for none
 */
public record AdminOptions(String host, int port, @Nullable String password) {
    @Override
    public String toString() {
        return "AdminOptions[host=" + host + ", port=" + port + ", password=" + (password == null ? "none" : "(hidden)")
                + "]";
    }
}
