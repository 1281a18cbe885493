package io.tidemark.admin;

import org.jspecify.annotations.Nullable;

/**
 * Options of the admin HTTP endpoint. {@link #toString} hides the password.
 *
 * @param host address to listen on
 * @param port port, 0 for any free one
 * @param password required for requests that change something; {@code null} for none
 * @param maxConnections maximum open connections; further ones are closed
 */
public record AdminOptions(String host, int port, @Nullable String password, int maxConnections) {
    /** Default of {@link #host} in a node's configuration: this machine only. */
    public static final String DEFAULT_HOST = "127.0.0.1";
    /** Default of {@link #port} in a node's configuration. */
    public static final int DEFAULT_PORT = 7_380;
    /** Default of {@link #maxConnections}. */
    public static final int DEFAULT_MAX_CONNECTIONS = 256;

    /** With {@link #DEFAULT_MAX_CONNECTIONS}. */
    public AdminOptions(String host, int port, @Nullable String password) {
        this(host, port, password, DEFAULT_MAX_CONNECTIONS);
    }

    @Override
    public String toString() {
        return "AdminOptions[host=" + host + ", port=" + port + ", password=" + (password == null ? "none" : "(hidden)")
                + ", maxConnections=" + maxConnections + "]";
    }
}
