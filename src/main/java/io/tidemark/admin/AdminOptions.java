package io.tidemark.admin;

import org.jspecify.annotations.Nullable;

/**
 * Where the admin HTTP endpoint is, and who may change something there. Never prints the password.
 *
 * @param host address to listen on
 * @param port port, 0 for any free one
 * @param password what a request that changes something must give; {@code null} for none
 * @param maxConnections connections at a time; a further one is closed
 */
public record AdminOptions(String host, int port, @Nullable String password, int maxConnections) {
    /** Default of {@link #maxConnections}. */
    public static final int DEFAULT_MAX_CONNECTIONS = 256;

    /** With as many connections as by default. */
    public AdminOptions(String host, int port, @Nullable String password) {
        this(host, port, password, DEFAULT_MAX_CONNECTIONS);
    }

    @Override
    public String toString() {
        return "AdminOptions[host=" + host + ", port=" + port + ", password=" + (password == null ? "none" : "(hidden)")
                + ", maxConnections=" + maxConnections + "]";
    }
}
