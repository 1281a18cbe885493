package io.tidemark.redis;

import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** Options of the RESP server: its address and the limits of its clients. Must not be changed once in use. */
public final class RedisOptions {

    /** Default of {@link #getHost}: local clients only. */
    public static final String DEFAULT_HOST = "127.0.0.1";
    /** Default of {@link #getPort}. */
    public static final int DEFAULT_PORT = 7_379;
    /** Default of {@link #getMaxRequestBytes}: 64 MiB. */
    public static final int DEFAULT_MAX_REQUEST_BYTES = 64 << 20;
    /** Default of {@link #getMaxOutputBytes}: 64 MiB. */
    public static final int DEFAULT_MAX_OUTPUT_BYTES = 64 << 20;
    /** Default of {@link #getMaxPendingCommands}. */
    public static final int DEFAULT_MAX_PENDING_COMMANDS = 1_024;
    /** Default of {@link #getMaxPendingBytes}: 4 MiB. */
    public static final int DEFAULT_MAX_PENDING_BYTES = 4 << 20;
    /** Default of {@link #getMaxClients}. */
    public static final int DEFAULT_MAX_CLIENTS = 10_000;

    /** Default of {@link #getTcpKeepAliveSeconds}, as in Redis. */
    public static final int DEFAULT_TCP_KEEP_ALIVE_SECONDS = 300;
    /** Default of {@link #getIdleTimeoutSeconds}: no timeout, as in Redis. */
    public static final int DEFAULT_IDLE_TIMEOUT_SECONDS = 0;
    /** Default of {@link #isPingErrorWhileShedding}. */
    public static final boolean DEFAULT_PING_ERROR_WHILE_SHEDDING = false;

    /** The maximum that Linux accepts. */
    private static final int MAX_TCP_KEEP_ALIVE_SECONDS = 32_767;

    private String host = DEFAULT_HOST;
    private int port = DEFAULT_PORT;
    private @Nullable String password;
    private int maxRequestBytes = DEFAULT_MAX_REQUEST_BYTES;
    private int maxOutputBytes = DEFAULT_MAX_OUTPUT_BYTES;
    private int maxPendingCommands = DEFAULT_MAX_PENDING_COMMANDS;
    private int maxPendingBytes = DEFAULT_MAX_PENDING_BYTES;
    private int maxClients = DEFAULT_MAX_CLIENTS;
    private IntSupplier clientCapacity = () -> Integer.MAX_VALUE;
    private int tcpKeepAliveSeconds = DEFAULT_TCP_KEEP_ALIVE_SECONDS;
    private int idleTimeoutSeconds = DEFAULT_IDLE_TIMEOUT_SECONDS;
    private boolean pingErrorWhileShedding = DEFAULT_PING_ERROR_WHILE_SHEDDING;
    private long heapBytes = Runtime.getRuntime().maxMemory();
    private long discardBytes = 1L << 30;
    private long discardMillis = 30_000;
    private long turnMillis = 10_000;

    /** All defaults. */
    public RedisOptions() {}

    /** A copy. */
    public RedisOptions(RedisOptions other) {
        this.host = other.host;
        this.port = other.port;
        this.password = other.password;
        this.maxRequestBytes = other.maxRequestBytes;
        this.maxOutputBytes = other.maxOutputBytes;
        this.maxPendingCommands = other.maxPendingCommands;
        this.maxPendingBytes = other.maxPendingBytes;
        this.maxClients = other.maxClients;
        this.clientCapacity = other.clientCapacity;
        this.tcpKeepAliveSeconds = other.tcpKeepAliveSeconds;
        this.idleTimeoutSeconds = other.idleTimeoutSeconds;
        this.pingErrorWhileShedding = other.pingErrorWhileShedding;
        this.heapBytes = other.heapBytes;
        this.discardBytes = other.discardBytes;
        this.discardMillis = other.discardMillis;
        this.turnMillis = other.turnMillis;
    }

    /** Address to listen on. */
    public String getHost() {
        return host;
    }

    /** Sets the address to listen on. */
    public RedisOptions setHost(String newHost) {
        this.host = newHost;
        return this;
    }

    /** Port to listen on; 0 for any free one, see {@link RedisServer#port}. */
    public int getPort() {
        return port;
    }

    /** Sets the port to listen on, 0 to 65,535. */
    public RedisOptions setPort(int newPort) {
        this.port = within("port", newPort, 0, 65_535);
        return this;
    }

    /** The password for AUTH, {@code null} if clients need none. */
    public @Nullable String getPassword() {
        return password;
    }

    /** Sets the password for AUTH; {@code null} or empty for none. */
    public RedisOptions setPassword(@Nullable String newPassword) {
        this.password = newPassword == null || newPassword.isEmpty() ? null : newPassword;
        return this;
    }

    /** Maximum bytes of one request, and so of one value. A larger request is answered by a protocol error. */
    public int getMaxRequestBytes() {
        return maxRequestBytes;
    }

    /** Sets the maximum bytes of one request, 1,024 to 512 MiB. */
    public RedisOptions setMaxRequestBytes(int bytes) {
        this.maxRequestBytes = within("maxRequestBytes", bytes, 1_024, 512 << 20);
        return this;
    }

    /** Maximum unread reply bytes of one client. A client that exceeds it when further replies are due is disconnected. */
    public int getMaxOutputBytes() {
        return maxOutputBytes;
    }

    /** Sets the maximum unread reply bytes of one client, 1,024 or more. */
    public RedisOptions setMaxOutputBytes(int bytes) {
        this.maxOutputBytes = within("maxOutputBytes", bytes, 1_024, Integer.MAX_VALUE);
        return this;
    }

    /** Maximum unanswered commands of one client. Beyond it, reading is suspended until half of them are answered. */
    public int getMaxPendingCommands() {
        return maxPendingCommands;
    }

    /** Sets the maximum unanswered commands of one client, 1 or more. */
    public RedisOptions setMaxPendingCommands(int commands) {
        this.maxPendingCommands = within("maxPendingCommands", commands, 1, Integer.MAX_VALUE);
        return this;
    }

    /** Maximum bytes of unanswered requests of one client; works as {@link #getMaxPendingCommands}. */
    public int getMaxPendingBytes() {
        return maxPendingBytes;
    }

    /** Sets the maximum bytes of unanswered requests of one client, 1,024 or more. */
    public RedisOptions setMaxPendingBytes(int bytes) {
        this.maxPendingBytes = within("maxPendingBytes", bytes, 1_024, Integer.MAX_VALUE);
        return this;
    }

    /** Maximum connected clients. A further client gets an error and is closed. */
    public int getMaxClients() {
        return maxClients;
    }

    /** Sets the maximum connected clients, 1 or more. */
    public RedisOptions setMaxClients(int clients) {
        this.maxClients = within("maxClients", clients, 1, Integer.MAX_VALUE);
        return this;
    }

    /** How many clients the process can serve at the moment; the limit is the smaller of this and {@link #getMaxClients}. */
    public IntSupplier getClientCapacity() {
        return clientCapacity;
    }

    /**
     * Sets a further limit of the clients, such as the process's file descriptors; by default there is no further limit.
     *
     * @param capacity called for each connection, on an event loop; must not block
     */
    public RedisOptions setClientCapacity(IntSupplier capacity) {
        this.clientCapacity = capacity;
        return this;
    }

    /** Seconds without traffic after which the kernel sends keepalive probes to a client; 0 for never. */
    public int getTcpKeepAliveSeconds() {
        return tcpKeepAliveSeconds;
    }

    /** Sets the seconds without traffic before keepalive probes, 1 to 32,767; 0 for never. */
    public RedisOptions setTcpKeepAliveSeconds(int seconds) {
        this.tcpKeepAliveSeconds = within("tcpKeepAliveSeconds", seconds, 0, MAX_TCP_KEEP_ALIVE_SECONDS);
        return this;
    }

    /** Seconds after which an idle client that waits for no reply is closed; 0 for never. */
    public int getIdleTimeoutSeconds() {
        return idleTimeoutSeconds;
    }

    /** Sets the idle timeout in seconds; 0 for none. */
    public RedisOptions setIdleTimeoutSeconds(int seconds) {
        this.idleTimeoutSeconds = within("idleTimeoutSeconds", seconds, 0, Integer.MAX_VALUE);
        return this;
    }

    /** Whether PING answers an error while every shard refuses writes. */
    public boolean isPingErrorWhileShedding() {
        return pingErrorWhileShedding;
    }

    /** Sets whether PING answers an error while every shard refuses writes. */
    public RedisOptions setPingErrorWhileShedding(boolean error) {
        this.pingErrorWhileShedding = error;
        return this;
    }

    /** Maximum size of the heap in bytes. */
    long getHeapBytes() {
        return heapBytes;
    }

    /** Sets the assumed maximum size of the heap, for tests. */
    RedisOptions setHeapBytes(long bytes) {
        this.heapBytes = bytes;
        return this;
    }

    /** Bytes that are read and discarded after a refused request, so that the client can receive the error. */
    long getDiscardBytes() {
        return discardBytes;
    }

    /** How long input is discarded after a refused request. */
    long getDiscardMillis() {
        return discardMillis;
    }

    /** Sets both limits of discarding, for tests. */
    RedisOptions setDiscard(long bytes, long millis) {
        this.discardBytes = bytes;
        this.discardMillis = millis;
        return this;
    }

    /** Interval at which a client that has the turn (see {@link IntakeBudget}) must have made progress with its request. */
    long getTurnMillis() {
        return turnMillis;
    }

    /** Sets the interval of {@link #getTurnMillis}, for tests. */
    RedisOptions setTurnMillis(long millis) {
        this.turnMillis = millis;
        return this;
    }

    private static int within(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    "redis " + name + " is " + value + "; it must be from " + min + " to " + max);
        }
        return value;
    }
}
