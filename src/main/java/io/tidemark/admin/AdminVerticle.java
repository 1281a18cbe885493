package io.tidemark.admin;

import io.tidemark.checkpoint.JournalEntry;
import io.tidemark.shard.ShardStatus;
import io.tidemark.shard.Shards;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin HTTP endpoint, on one event loop. Deploy one instance before the node recovers, and undeploy it last.
 *
 * <p>It never waits for a disk or for a shard's thread: it reads memory, and answers a sync when the shard has completed it. The
 * metrics scrape, which may take long, runs on the endpoint's own worker thread, one at a time; requests that arrive meanwhile
 * share its result.
 *
 * <p>Requests that change something need the password, if one is set. The others expose no stored data.
 */
public final class AdminVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(AdminVerticle.class);
    private static final String PATHS =
            "/metrics, /health/live, /health/ready, /api/shards, /api/shards/N/journal, POST /api/sync";
    private static final int MAX_BODY_BYTES = 8 << 10;
    private static final int MAX_HEADER_BYTES = 8 << 10;
    private static final int MAX_LINE_BYTES = 2 << 10;
    private static final long IDLE_MS = SyncRoute.MAX_DEADLINE_MS + 10_000;
    private static final long REFUSAL_LOG_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final AdminOptions options;
    private final Shards shards;
    private final Supplier<NodePhase> phase;
    private final Supplier<String> metrics;
    private final @Nullable AdminPassword password;
    private volatile int port;
    private @Nullable HttpServer server;
    private int connections;
    private long refusals;
    private long refusalLoggedNanos = System.nanoTime() - REFUSAL_LOG_INTERVAL_NANOS;

    /**
     * Creates an endpoint that does not listen yet.
     *
     * @param shards may have no statuses while the shards are being opened
     * @param phase the node's phase; called on any thread, must not block
     * @param metrics all metrics in Prometheus' text format; called on a worker thread
     */
    public AdminVerticle(AdminOptions options, Shards shards, Supplier<NodePhase> phase, Supplier<String> metrics) {
        this.options = options;
        this.shards = shards;
        this.phase = phase;
        this.metrics = metrics;
        this.password = options.password() == null ? null : new AdminPassword(options.password());
    }

    /** The port listened on, 0 before the start. Any thread. */
    public int port() {
        return port;
    }

    @Override
    public Future<?> start() {
        WorkerExecutor scraper = vertx.createSharedWorkerExecutor("tidemark-admin", 1);
        HttpServer listening = vertx.createHttpServer(new HttpServerOptions()
                        .setHost(options.host())
                        .setPort(options.port())
                        .setHttp2ClearTextEnabled(false)
                        .setMaxInitialLineLength(MAX_LINE_BYTES)
                        .setMaxHeaderSize(MAX_HEADER_BYTES)
                        .setIdleTimeout((int) IDLE_MS)
                        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS))
                .connectionHandler(this::connected)
                .requestHandler(router(scraper));
        server = listening;
        return listening.listen().onSuccess(bound -> port = bound.actualPort());
    }

    @Override
    public Future<?> stop() {
        HttpServer listening = server;
        return listening == null ? Future.succeededFuture() : listening.close();
    }

    private void connected(HttpConnection connection) {
        if (connections >= options.maxConnections()) {
            connection.close();
            return;
        }
        connections++;
        connection.closeHandler(nothing -> connections--);
    }

    private Router router(WorkerExecutor scraper) {
        Router router = Router.router(vertx);
        SharedCall<String> scrape = new SharedCall<>(() -> scraper.executeBlocking(metrics::get, false));
        get(router, "/metrics", request -> metrics(request, scrape));
        get(router, "/health/live", request -> JsonReply.send(request, 200, new JsonObject().put("live", true)));
        get(router, "/health/ready", this::ready);
        get(router, "/api/shards", this::shards);
        get(router, "/api/shards/:shard/journal", this::journal);
        router.post("/api/sync").handler(this::authenticate);
        router.post("/api/sync")
                .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES))
                .handler(new SyncRoute(shards));
        router.errorHandler(
                404,
                request -> JsonReply.error(
                        request, 404, "no such path: " + request.request().path() + "; the paths are " + PATHS));
        router.errorHandler(405, AdminVerticle::wrongMethod);
        router.errorHandler(
                413, request -> JsonReply.error(request, 413, "the body is longer than " + MAX_BODY_BYTES + " bytes"));
        router.errorHandler(400, request -> JsonReply.error(request, 400, "malformed request"));
        router.errorHandler(500, AdminVerticle::failed);
        return router;
    }

    private static void get(Router router, String path, Handler<RoutingContext> handler) {
        router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(handler);
    }

    private static void wrongMethod(RoutingContext request) {
        String path = request.request().path();
        String allowed = path.startsWith("/api/sync") ? "POST" : "GET, HEAD";
        request.response().putHeader("Allow", allowed);
        JsonReply.error(
                request, 405, path + " does not support " + request.request().method() + ", only " + allowed);
    }

    private static void failed(RoutingContext request) {
        Throwable failure = request.failure();
        LOG.error("{} {} failed", request.request().method(), request.request().path(), failure);
        JsonReply.error(request, 500, "failed: " + failure);
    }

    private void authenticate(RoutingContext request) {
        AdminPassword required = password;
        if (required == null || required.matches(request.request().getHeader("Authorization"))) {
            request.next();
            return;
        }
        refusals++;
        long now = System.nanoTime();
        if (now - refusalLoggedNanos >= REFUSAL_LOG_INTERVAL_NANOS) {
            refusalLoggedNanos = now;
            LOG.warn(
                    "client {}: refused a request without the right password; {} so far",
                    request.request().remoteAddress(),
                    refusals);
        }
        request.response().putHeader("WWW-Authenticate", "Basic realm=\"tidemark\", charset=\"UTF-8\"");
        JsonReply.error(request, 401, "password required: Authorization: Bearer PASSWORD, or Basic");
    }

    private static void metrics(RoutingContext request, SharedCall<String> scrape) {
        scrape.join().onFailure(request::fail).onSuccess(text -> {
            if (!request.response().closed()) {
                request.response()
                        .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                        .end(text);
            }
        });
    }

    private void ready(RoutingContext request) {
        NodePhase now = phase.get();
        Readiness readiness = Readiness.of(now, shards.statuses());
        JsonReply.send(request, readiness.ready() ? 200 : 503, describe(now, readiness));
    }

    private static JsonObject describe(NodePhase phase, Readiness readiness) {
        return new JsonObject()
                .put("ready", readiness.ready())
                .put("phase", phase.label())
                .put("reasons", new JsonArray(readiness.reasons()));
    }

    private void shards(RoutingContext request) {
        NodePhase now = phase.get();
        List<ShardStatus> statuses = shards.statuses();
        JsonArray each = new JsonArray();
        statuses.forEach(shard -> each.add(ShardJson.of(shard)));
        JsonArray volumes = new JsonArray();
        shards.volumes().forEach(volume -> volumes.add(ShardJson.of(volume)));
        JsonReply.send(
                request,
                200,
                describe(now, Readiness.of(now, statuses)).put("shards", each).put("volumes", volumes));
    }

    private void journal(RoutingContext request) {
        String text = request.pathParam("shard");
        int shard;
        try {
            shard = Integer.parseInt(text);
        } catch (NumberFormatException notANumber) {
            JsonReply.error(request, 400, "the shard is `" + text + "`, expected " + range());
            return;
        }
        if (shard < 0 || shard >= shards.count()) {
            JsonReply.error(request, 404, "no shard " + shard + ", expected " + range());
            return;
        }
        JsonArray entries = new JsonArray();
        for (JournalEntry entry : shards.journal(shard)) {
            entries.add(entry.toJson());
        }
        JsonReply.send(request, 200, new JsonObject().put("shard", shard).put("journal", entries));
    }

    private String range() {
        return "a whole number from 0 to " + (shards.count() - 1);
    }
}
