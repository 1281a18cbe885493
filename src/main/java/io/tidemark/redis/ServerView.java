package io.tidemark.redis;

import io.tidemark.auth.Password;
import io.tidemark.redis.command.CommandSpec;
import io.tidemark.redis.command.Server;
import io.tidemark.redis.command.Session;
import io.tidemark.shard.ShardStatus;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The server as the handlers of commands see it. Without state of its own; any thread. */
final class ServerView implements Server {
    private static final String SECRET = "redis.password";

    private final RedisServer server;

    ServerView(RedisServer server) {
        this.server = server;
    }

    @Override
    public List<CommandSpec> commands() {
        return server.commands().all();
    }

    @Override
    public long upMillis() {
        return server.upMillis();
    }

    @Override
    public Collection<Session> sessions() {
        return server.sessions();
    }

    @Override
    public boolean requiresPassword() {
        return server.password() != null;
    }

    @Override
    public boolean isPassword(byte[] given) {
        Password password = server.password();
        return password == null || password.matches(given);
    }

    @Override
    public String pingError() {
        return server.pingError();
    }

    /** The node's own keys, and those that Redis tools read. */
    @Override
    public Map<String, String> settings() {
        Map<String, String> all = new TreeMap<>(server.facts().config().get());
        all.remove(SECRET);
        RedisOptions options = server.options();
        all.put("save", "");
        all.put("appendonly", "yes");
        all.put("appendfsync", "always");
        all.put("databases", "1");
        all.put("maxmemory", "0");
        all.put("maxmemory-policy", "noeviction");
        all.put("maxclients", String.valueOf(server.maxClients()));
        all.put("proto-max-bulk-len", String.valueOf(options.getMaxRequestBytes()));
        all.put("bind", options.getHost());
        all.put("port", String.valueOf(server.port()));
        all.put("dir", server.facts().dataDir().toString());
        all.put("timeout", String.valueOf(options.getIdleTimeoutSeconds()));
        all.put("tcp-keepalive", String.valueOf(options.getTcpKeepAliveSeconds()));
        return all;
    }

    @Override
    public Map<String, Supplier<String>> infoSections() {
        return new InfoReport(server).sections();
    }

    @Override
    public long keys() {
        return server.shards().statuses().stream().mapToLong(ShardStatus::keys).sum();
    }

    @Override
    public Future<Void> save() {
        return server.shards().syncAll();
    }

    @Override
    public boolean startBackgroundSave() {
        return server.startBackgroundSave();
    }

    @Override
    public long lastSaveSeconds() {
        return server.lastSave().epochMillis() / 1_000;
    }

    @Override
    public boolean isShuttingDown() {
        return server.isShuttingDown();
    }

    @Override
    public void shutDown(Session requestedBy) {
        server.shutDown(requestedBy);
    }
}
