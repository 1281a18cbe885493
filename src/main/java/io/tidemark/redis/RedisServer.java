package io.tidemark.redis;

import io.tidemark.auth.Password;
import io.tidemark.redis.command.CommandTable;
import io.tidemark.redis.command.Commands;
import io.tidemark.redis.command.Session;
import io.tidemark.redis.protocol.RequestLimits;
import io.tidemark.shard.Shards;
import io.tidemark.shard.TimeSource;
import io.tidemark.shard.Timestamp;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The RESP server: the state that all its event loops share. Create one, then deploy one {@link RedisServerVerticle} for each
 * event loop; they share the port.
 *
 * <pre>{@code
 * RedisServer server = new RedisServer(options, shards, facts, () -> LoadingState.READY, node::shutdown);
 * vertx.deployVerticle(() -> new RedisServerVerticle(server), new DeploymentOptions().setInstances(2))
 *     .onSuccess(id -> log.info("listening on port {}", server.port()));
 * }</pre>
 *
 * <p>Any thread.
 */
public final class RedisServer {

    private static final Logger LOG = LoggerFactory.getLogger(RedisServer.class);

    private final RedisOptions options;
    private final Shards shards;
    private final ServerFacts facts;
    private final Supplier<LoadingState> loadingState;
    private final Runnable shutdown;
    private final TimeSource clock;
    private final CommandTable commands;
    private final LastSave lastSave;
    private final WritesRefused writesRefused;
    private final @Nullable Password password;
    private final ServerStats stats = new ServerStats();
    private final ServerIdentity identity = ServerIdentity.make();
    private final Map<Long, Session> sessions = new ConcurrentHashMap<>();
    private final AtomicInteger clients = new AtomicInteger();
    private final AtomicLong lastClientId = new AtomicLong();
    private final LogThrottle slowReaderLog = new LogThrottle();
    private final LogThrottle stalledLog = new LogThrottle();
    private final LogThrottle overLimitLog = new LogThrottle();
    private final IntakeBudget intake;
    private final AtomicBoolean saving = new AtomicBoolean();
    private final AtomicBoolean shutdownRequested = new AtomicBoolean();
    private volatile boolean ready;
    private volatile int port;

    /**
     * Creates a server that does not listen yet.
     *
     * @param options copied
     * @param loadingState called before each command until it first returns {@code READY}; must be cheap
     * @param shutdown starts the node's orderly shutdown and returns at once; run at most once
     */
    public RedisServer(
            RedisOptions options,
            Shards shards,
            ServerFacts facts,
            Supplier<LoadingState> loadingState,
            Runnable shutdown) {
        this(options, shards, facts, loadingState, shutdown, TimeSource.SYSTEM);
    }

    /** As the public constructor, with a clock. */
    RedisServer(
            RedisOptions options,
            Shards shards,
            ServerFacts facts,
            Supplier<LoadingState> loadingState,
            Runnable shutdown,
            TimeSource clock) {
        this.options = new RedisOptions(options);
        this.shards = shards;
        this.facts = facts;
        this.loadingState = loadingState;
        this.shutdown = shutdown;
        this.clock = clock;
        String secret = options.getPassword();
        this.password = secret == null ? null : new Password(secret);
        this.intake = new IntakeBudget(options.getHeapBytes(), clients::get);
        this.commands = Commands.table();
        this.lastSave = new LastSave(shards.count());
        this.writesRefused = new WritesRefused(shards, clock);
    }

    /** The port listened on, 0 before the first verticle is deployed. */
    public int port() {
        return port;
    }

    void port(int actual) {
        port = actual;
    }

    RedisOptions options() {
        return options;
    }

    Shards shards() {
        return shards;
    }

    ServerFacts facts() {
        return facts;
    }

    CommandTable commands() {
        return commands;
    }

    @Nullable
    Password password() {
        return password;
    }

    ServerStats stats() {
        return stats;
    }

    ServerIdentity identity() {
        return identity;
    }

    Collection<Session> sessions() {
        return sessions.values();
    }

    RequestLimits requestLimits(boolean authenticated) {
        return new RequestLimits(options.getMaxRequestBytes(), intake.maxRequestBytes(), authenticated);
    }

    /** The heap budget of all clients' requests. */
    IntakeBudget intake() {
        return intake;
    }

    /** Number of requests refused for their size since the start. */
    public long requestsOverLimit() {
        return stats.overLimit.sum();
    }

    boolean isLoading() {
        if (!ready && loadingState.get() == LoadingState.READY) {
            ready = true;
        }
        return !ready;
    }

    /** The error that PING answers, without the leading dash; empty for PONG. */
    String pingError() {
        if (!options.isPingErrorWhileShedding()) {
            return "";
        }
        String reason = writesRefused.reason();
        return reason.isEmpty() ? "" : "DISKPRESSURE no shard takes writes: " + reason;
    }

    /** How long the node has been running, in milliseconds, by the monotonic clock. */
    long upMillis() {
        return TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - facts.start().nanos());
    }

    /** The machine's clock, milliseconds since 1970; for display only. */
    long epochMillis() {
        return clock.epochMillis();
    }

    /** Maximum connected clients at the moment. */
    int maxClients() {
        return Math.min(options.getMaxClients(), options.getClientCapacity().getAsInt());
    }

    /** Registers a new client; {@code null} if there are too many. */
    @Nullable
    Session connected(String remoteAddress, String localAddress) {
        if (clients.incrementAndGet() > maxClients()) {
            clients.decrementAndGet();
            stats.rejectedConnections.increment();
            return null;
        }
        stats.connections.increment();
        Session session =
                new Session(lastClientId.incrementAndGet(), remoteAddress, localAddress, upMillis(), password == null);
        sessions.put(session.id(), session);
        return session;
    }

    /** Unregisters a client. */
    void disconnected(Session session) {
        if (sessions.remove(session.id()) != null) {
            clients.decrementAndGet();
        }
    }

    /** Counts, and logs at most every ten seconds, a client that is disconnected because it does not read its replies. */
    void slowReader(Session session, long unsentBytes) {
        stats.slowReaders.increment();
        if (slowReaderLog.isDue(upMillis())) {
            LOG.warn(
                    "client {} (id {}, name '{}') is disconnected: it has {} unread reply bytes, the limit is {}. {} clients"
                            + " so far. Read replies sooner, pipeline less, or raise the limit of output bytes",
                    session.remoteAddress(),
                    session.id(),
                    session.name(),
                    unsentBytes,
                    options.getMaxOutputBytes(),
                    stats.slowReaders.sum());
        }
    }

    /** Counts, and logs at most every ten seconds, a client that is disconnected because its request is too large. */
    void requestOverLimit(Session session, String reason) {
        stats.overLimit.increment();
        if (overLimitLog.isDue(upMillis())) {
            LOG.warn(
                    "client {} (id {}, name '{}') sent a request over a limit and is disconnected: {}. {} requests so far",
                    session.remoteAddress(),
                    session.id(),
                    session.name(),
                    reason,
                    stats.overLimit.sum());
        }
    }

    /** Logs, at most every ten seconds, a client that is disconnected because it stopped sending while it had the turn. */
    void stalledRequest(Session session, long bytes) {
        if (stalledLog.isDue(upMillis())) {
            LOG.warn(
                    "client {} (id {}, name '{}') is disconnected: it sent {} bytes of a large request in {} ms while others"
                            + " wait for the memory it takes",
                    session.remoteAddress(),
                    session.id(),
                    session.name(),
                    bytes,
                    options.getTurnMillis());
        }
    }

    /** Starts to make everything durable; false if that is running already. */
    boolean startBackgroundSave() {
        if (!saving.compareAndSet(false, true)) {
            return false;
        }
        shards.syncAll().onComplete(outcome -> {
            saving.set(false);
            if (outcome.failed()) {
                LOG.warn("BGSAVE: not everything could be made durable", outcome.cause());
            }
        });
        return true;
    }

    /** The moment up to which everything is known to be durable. */
    Timestamp lastSave() {
        Timestamp before = clock.now();
        return lastSave.of(before, shards.statuses(), facts.start());
    }

    /** Whether a client has requested the node's shutdown. */
    boolean isShuttingDown() {
        return shutdownRequested.get();
    }

    /** Starts the node's shutdown, once. */
    void shutDown(Session session) {
        if (shutdownRequested.compareAndSet(false, true)) {
            LOG.info("client {} requested a shutdown", session.remoteAddress());
            shutdown.run();
        }
    }
}
