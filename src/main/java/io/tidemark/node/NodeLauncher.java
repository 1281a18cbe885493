package io.tidemark.node;

import io.tidemark.admin.AdminOptions;
import io.tidemark.admin.AdminVerticle;
import io.tidemark.admin.NodePhase;
import io.tidemark.bitcask.BitcaskOptions;
import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.config.NodeConfig;
import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import io.tidemark.disk.NoDescriptorsException;
import io.tidemark.log.LogRecovery;
import io.tidemark.log.segment.SegmentLogOptions;
import io.tidemark.pressure.PressureOptions;
import io.tidemark.redis.LoadingState;
import io.tidemark.redis.RedisOptions;
import io.tidemark.redis.RedisServer;
import io.tidemark.redis.RedisServerVerticle;
import io.tidemark.redis.ServerFacts;
import io.tidemark.shard.LocalShards;
import io.tidemark.shard.ShardOptions;
import io.tidemark.shard.Timestamp;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.RuntimeMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the node's parts in order, waits until it is to stop, and stops them in reverse order. It doesn't close what it
 * is given.
 *
 * <p>Start: the admin HTTP endpoint; the RESP server, which answers {@code -LOADING}; the shards' files; their checkpointers;
 * the logs. Stop: the shards answer what they have taken and are forced, the logs are closed, then the RESP server, then
 * the operators'. If another process has taken the directory, nothing is stopped in order: the process ends.
 *
 * @param vertx what the parts are deployed on
 * @param metrics the registry of that Vert.x
 * @param config checked and complete, as it was at the start
 * @param live follows the configuration's file from when the checkpointers run
 * @param directory opened and locked
 * @param stop completes when the process is asked to stop, which may be before the parts have started
 */
record NodeLauncher(
        Vertx vertx,
        NodeMetrics metrics,
        NodeConfig config,
        LiveConfig live,
        DataDirectory directory,
        StopSignal stop) {
    private static final Logger LOG = LoggerFactory.getLogger(NodeLauncher.class);
    private static final String STORE = "main";
    private static final int SERVER_EVENT_LOOPS =
            Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    /**
     * Runs the node until it is asked to stop or a part fails for good. Blocks; called on the main thread.
     *
     * @return how the process is to end
     * @throws StartupException if a part can't start; everything started before it has been stopped again
     */
    ExitCode runUntilStopped() throws StartupException {
        CompletableFuture<ExitCode> failed = new CompletableFuture<>();
        try (OwnerWatch owner = directory.watch(lost -> failed.complete(ExitCode.DATA_REFUSED))) {
            return run(owner, failed);
        }
    }

    private ExitCode run(OwnerWatch owner, CompletableFuture<ExitCode> failed) throws StartupException {
        CompletableFuture<Object> over = CompletableFuture.anyOf(stop.asked(), failed);
        LocalShards shards = new LocalShards(
                vertx, Disk.real(), owner, shardOptions(), cause -> failed.complete(ExitCode.LOG_FAILED), metrics);
        AtomicReference<NodePhase> phase = new AtomicReference<>(NodePhase.OPENING);
        DescriptorBudget descriptors = DescriptorBudget.now(config.shards());
        descriptors.check(config.redis().maxClients());
        AdminVerticle admin = new AdminVerticle(adminOptions(descriptors), shards, phase::get, metrics::scrape);
        String adminId = openAdmin(admin);
        AtomicReference<LoadingState> loading = new AtomicReference<>(LoadingState.LOADING);
        RedisServer server = new RedisServer(redisOptions(descriptors), shards, facts(admin), loading::get, stop::ask);
        metrics.bind(server);
        String serverId = deployServer(server);
        try {
            recover(shards, phase, over);
        } catch (StartupException refused) {
            if (owner.isLost()) {
                return ExitCode.DATA_REFUSED;
            }
            throw stopAll(shards, serverId, adminId) == ExitCode.OK ? refused : refused.stillRunning();
        }
        if (!over.isDone()) {
            loading.set(LoadingState.READY);
            phase.set(NodePhase.SERVING);
            System.out.printf(
                    Locale.ROOT,
                    "redis %s:%d  ready in %.1f s  (redis-cli -p %d set a b)%n",
                    config.redis().host(),
                    server.port(),
                    ManagementFactory.getRuntimeMXBean().getUptime() / 1_000.0,
                    server.port());
        }
        over.join();
        if (owner.isLost()) {
            return ExitCode
                    .DATA_REFUSED; // at once: what a stop would still make durable is in the log, and the log another's
        }
        LOG.info("stopping");
        phase.set(NodePhase.STOPPING);
        ExitCode stopped = stopAll(shards, serverId, adminId);
        return failed.getNow(stopped);
    }

    /** When the process started. */
    private static Timestamp start() {
        RuntimeMXBean process = ManagementFactory.getRuntimeMXBean();
        return new Timestamp(
                System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(process.getUptime()), process.getStartTime());
    }

    private String openAdmin(AdminVerticle admin) throws StartupException {
        String host = config.admin().host();
        try {
            String id = get(vertx.deployVerticle(admin, new DeploymentOptions()));
            LOG.info(
                    "admin HTTP endpoint on http://{}:{}",
                    host.indexOf(':') < 0 ? host : "[" + host + "]",
                    admin.port());
            return id;
        } catch (ExecutionException refused) {
            throw new StartupException(
                    ExitCode.CANNOT_BIND,
                    "can't listen on " + host + ":" + config.admin().port() + " for HTTP: "
                            + cause(refused).getMessage()
                            + "; is another node running? Set `admin.host` and `admin.port`");
        }
    }

    private String deployServer(RedisServer server) throws StartupException {
        try {
            return get(vertx.deployVerticle(
                    () -> new RedisServerVerticle(server), new DeploymentOptions().setInstances(SERVER_EVENT_LOOPS)));
        } catch (ExecutionException refused) {
            throw new StartupException(
                    ExitCode.CANNOT_BIND,
                    "can't listen on " + config.redis().host() + ":"
                            + config.redis().port() + ": "
                            + cause(refused).getMessage()
                            + "; is another node running? Set `redis.host` and `redis.port`");
        }
    }

    private void recover(LocalShards shards, AtomicReference<NodePhase> phase, CompletableFuture<Object> over)
            throws StartupException {
        long began = System.nanoTime();
        try {
            Future<List<LogRecovery>> recovery = shards.open().compose(opened -> {
                metrics.bind(shards, STORE);
                live.watch(shards);
                phase.set(NodePhase.RECOVERING);
                return shards.recover();
            });
            CompletableFuture<List<LogRecovery>> done =
                    recovery.toCompletionStage().toCompletableFuture();
            CompletableFuture.anyOf(done, over).get();
            if (!done.isDone()) {
                return;
            }
            long entries =
                    done.get().stream().mapToLong(LogRecovery::replayedEntries).sum();
            System.out.printf(
                    Locale.ROOT,
                    "Tidemark %s  data %s  %d shards  replayed %d entries in %.1f s%n",
                    Version.number(),
                    config.dataDir(),
                    config.shards(),
                    entries,
                    (System.nanoTime() - began) / 1e9);
        } catch (ExecutionException refused) {
            throw refusal(cause(refused));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static StartupException refusal(Throwable why) {
        if (why instanceof CorruptionException) {
            return new StartupException(ExitCode.DATA_REFUSED, String.valueOf(why.getMessage()));
        }
        if (NoDescriptorsException.isCauseOf(why)) {
            return new StartupException(
                    ExitCode.DATA_REFUSED,
                    "the process may not open as many files as it needs: " + why.getMessage()
                            + "; raise its limit (ulimit -n, LimitNOFILE). That says nothing about the data");
        }
        if (why instanceof IOException) {
            LOG.debug("recovery failed", why);
            return new StartupException(
                    ExitCode.DATA_REFUSED,
                    "the data can't be used: " + why
                            + "; see to the disk, and to what the node's user may read and write");
        }
        LOG.error("recovery failed", why);
        return new StartupException(ExitCode.UNEXPECTED, "recovery failed: " + why);
    }

    private ExitCode stopAll(LocalShards shards, String serverId, String adminId) {
        try {
            live.close()
                    .transform(followed -> shards.close())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(config.shutdownTimeoutMs(), TimeUnit.MILLISECONDS);
            get(vertx.undeploy(serverId));
            get(vertx.undeploy(adminId));
            return ExitCode.OK;
        } catch (TimeoutException late) {
            LOG.error(
                    "not everything was durable within shutdown_timeout_ms = {}: {}. Nothing acknowledged is lost; the next"
                            + " start replays it",
                    config.shutdownTimeoutMs(),
                    String.join(", ", shards.shutdownBlockers()));
        } catch (ExecutionException failed) {
            LOG.error(
                    "not everything could be made durable: {}. Nothing acknowledged is lost; the next start replays it",
                    cause(failed).getMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return ExitCode.STOP_INCOMPLETE;
    }

    private ShardOptions shardOptions() {
        List<ShardOptions.Directories> directories = new ArrayList<>();
        for (int shard = 0; shard < config.shards(); shard++) {
            directories.add(new ShardOptions.Directories(directory.shardData(shard), directory.shardLog(shard)));
        }
        return new ShardOptions(
                STORE,
                directory.id(),
                directories,
                new CheckpointOptions(config.checkpoint()),
                new SegmentLogOptions(config.log().segmentBytes()),
                new BitcaskOptions(config.bitcask().maxFileBytes()),
                new ShardOptions.Volumes(
                        directory.dataDir(), directory.logRoot(), new PressureOptions(config.pressure())));
    }

    private RedisOptions redisOptions(DescriptorBudget descriptors) {
        NodeConfig.Redis redis = config.redis();
        return new RedisOptions()
                .setHost(redis.host())
                .setPort(redis.port())
                .setPassword(redis.password())
                .setMaxRequestBytes(redis.maxRequestBytes())
                .setMaxOutputBytes(redis.maxOutputBytes())
                .setMaxClients(redis.maxClients())
                .setClientCapacity(descriptors::clients)
                .setTcpKeepAliveSeconds(redis.tcpKeepAliveSeconds())
                .setIdleTimeoutSeconds(redis.idleTimeoutSeconds())
                .setPingErrorWhileShedding(redis.pingErrorWhileShedding());
    }

    private AdminOptions adminOptions(DescriptorBudget descriptors) {
        return new AdminOptions(
                config.admin().host(), config.admin().port(), config.redis().password(), descriptors.operators());
    }

    private ServerFacts facts(AdminVerticle admin) {
        return new ServerFacts(Version.number(), start(), config.dataDir(), live::display, admin::port);
    }

    private static <T> T get(Future<T> future) throws ExecutionException {
        try {
            return future.toCompletionStage().toCompletableFuture().get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ExecutionException(interrupted);
        }
    }

    private static Throwable cause(ExecutionException failed) {
        Throwable cause = failed.getCause();
        return cause == null ? failed : cause;
    }
}
