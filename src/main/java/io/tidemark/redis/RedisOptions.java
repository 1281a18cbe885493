package io.tidemark.redis;

import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** How the RESP server is opened: where it listens and what one client may ask for. Not changed once in use. */
public final class RedisOptions {

    /** Default of {@link #getHost}: this machine alone. */
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

    /** Default of {@link #getTcpKeepAliveSeconds}: Redis'. */
    public static final int DEFAULT_TCP_KEEP_ALIVE_SECONDS = 300;
    /** Default of {@link #getIdleTimeoutSeconds}: none, as Redis. */
    public static final int DEFAULT_IDLE_TIMEOUT_SECONDS = 0;
    /** Default of {@link #isPingErrorWhileShedding}. */
    public static final boolean DEFAULT_PING_ERROR_WHILE_SHEDDING = false;

    /** The longest that Linux takes. */
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

    /** What clients must say with AUTH, {@code null} if nothing. */
    public @Nullable String getPassword() {
        return password;
    }

    /** Sets what clients must say with AUTH; {@code null} or empty for nothing. */
    public RedisOptions setPassword(@Nullable String newPassword) {
        this.password = newPassword == null || newPassword.isEmpty() ? null : newPassword;
        return this;
    }

    /** Most bytes of one request, and so of one value. A larger one is answered by a protocol error. */
    public int getMaxRequestBytes() {
        return maxRequestBytes;
    }

    /** Sets the most bytes of one request, 1,024 to 512 MiB. */
    public RedisOptions setMaxRequestBytes(int bytes) {
        this.maxRequestBytes = within("maxRequestBytes", bytes, 1_024, 512 << 20);
        return this;
    }

    /** A client that owes us the reading of more reply bytes than this when further ones are due is disconnected. */
    public int getMaxOutputBytes() {
        return maxOutputBytes;
    }

    /** Sets how many reply bytes may wait for a client to read them, 1,024 or more. */
    public RedisOptions setMaxOutputBytes(int bytes) {
        this.maxOutputBytes = within("maxOutputBytes", bytes, 1_024, Integer.MAX_VALUE);
        return this;
    }

    /** With more unanswered commands than this no more of the client's requests are read until half are answered. */
    public int getMaxPendingCommands() {
        return maxPendingCommands;
    }

    /** Sets how many commands of one client may be unanswered, 1 or more. */
    public RedisOptions setMaxPendingCommands(int commands) {
        this.maxPendingCommands = within("maxPendingCommands", commands, 1, Integer.MAX_VALUE);
        return this;
    }

    /** As {@link #getMaxPendingCommands}, for the bytes of unanswered requests. */
    public int getMaxPendingBytes() {
        return maxPendingBytes;
    }

    /** Sets how many bytes of requests of one client may be unanswered, 1,024 or more. */
    public RedisOptions setMaxPendingBytes(int bytes) {
        this.maxPendingBytes = within("maxPendingBytes", bytes, 1_024, Integer.MAX_VALUE);
        return this;
    }

    /** Most clients at a time; a further one is told so and closed. */
    public int getMaxClients() {
        return maxClients;
    }

    /** Sets the most clients at a time, 1 or more. */
    public RedisOptions setMaxClients(int clients) {
        this.maxClients = within("maxClients", clients, 1, Integer.MAX_VALUE);
        return this;
    }

    /** How many clients there can be at the moment, whatever {@link #getMaxClients} allows. */
    public IntSupplier getClientCapacity() {
        return clientCapacity;
    }

    /**
     * Sets what else bounds the clients, such as the process's file descriptors; by default nothing.
     *
     * @param possible asked at each connection, on an event loop: returns at once
     */
    public RedisOptions setClientCapacity(IntSupplier possible) {
        this.clientCapacity = possible;
        return this;
    }

    /** After how many silent seconds the kernel asks whether a client is still there; 0 for never. */
    public int getTcpKeepAliveSeconds() {
        return tcpKeepAliveSeconds;
    }

    /** Sets after how many silent seconds the kernel asks, 1 to 32,767; 0 for never. */
    public RedisOptions setTcpKeepAliveSeconds(int seconds) {
        this.tcpKeepAliveSeconds = within("tcpKeepAliveSeconds", seconds, 0, MAX_TCP_KEEP_ALIVE_SECONDS);
        return this;
    }

    /** A client that is idle for so many seconds, and waits for no answer, is closed; 0 for never. */
    public int getIdleTimeoutSeconds() {
        return idleTimeoutSeconds;
    }

    /** Sets for how many seconds a client may be idle; 0 for ever. */
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

    /** What the heap may grow to. */
    long getHeapBytes() {
        return heapBytes;
    }

    /** Sets what the heap is taken to grow to, for tests. */
    RedisOptions setHeapBytes(long bytes) {
        this.heapBytes = bytes;
        return this;
    }

    /** So much is read and discarded behind a request that was refused as a whole, so that its error can arrive. */
    long getDiscardBytes() {
        return discardBytes;
    }

    /** As {@link #getDiscardBytes}: for so long. */
    long getDiscardMillis() {
        return discardMillis;
    }

    /** Sets both bounds of what is discarded, for tests. */
    RedisOptions setDiscard(long bytes, long millis) {
        this.discardBytes = bytes;
        this.discardMillis = millis;
        return this;
    }

    /** How long a client that others wait for may send nothing to speak of in the midst of a large request. */
    long getTurnMillis() {
        return turnMillis;
    }

    /** Sets the time of {@link #getTurnMillis}, for tests. */
    RedisOptions setTurnMillis(long millis) {
        this.turnMillis = millis;
        return this;
    }

    private static int within(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "redis " + name + " is " + value + "; it must be from " + least + " to " + most);
        }
        return value;
    }
}
