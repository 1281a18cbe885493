package io.tidemark.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Rules that span several keys. */
final class ConfigRules {
    private static final Pattern LOOPBACK_V4 = Pattern.compile("127(\\.[0-9]{1,3}){3}");

    private ConfigRules() {}

    /**
     * One line for each rule broken.
     *
     * @param invalid keys with an invalid value in some source; rules about them are skipped
     */
    static List<String> problems(Map<ConfigKey, Object> values, Set<ConfigKey> invalid) {
        List<String> problems = new ArrayList<>();
        if (disjoint(invalid, ConfigKey.REDIS_HOST, ConfigKey.REDIS_PASSWORD, ConfigKey.REDIS_ALLOW_NO_PASSWORD)) {
            reachable(values).ifPresent(problems::add);
        }
        if (disjoint(invalid, ConfigKey.ADMIN_HOST, ConfigKey.REDIS_PASSWORD, ConfigKey.REDIS_ALLOW_NO_PASSWORD)) {
            adminReachable(values).ifPresent(problems::add);
        }
        if (disjoint(invalid, ConfigKey.LOG_DIR, ConfigKey.DATA_DIR)) {
            List<String> names = fileNames(values);
            problems.addAll(names);
            if (names.isEmpty()) {
                nested(values).ifPresent(problems::add);
            }
        }
        if (disjoint(invalid, ConfigKey.PRESSURE_SHED_FREE_BYTES, ConfigKey.PRESSURE_RESUME_FREE_BYTES)) {
            freeSpaceLimits(values).ifPresent(problems::add);
        }
        return problems;
    }

    private static List<String> fileNames(Map<ConfigKey, Object> values) {
        List<String> problems = new ArrayList<>();
        for (ConfigKey key : List.of(ConfigKey.DATA_DIR, ConfigKey.LOG_DIR)) {
            Object value = values.get(key);
            if (value != null) {
                FileNames.problem(key, value).ifPresent(problems::add);
            }
        }
        return problems;
    }

    private static Optional<String> freeSpaceLimits(Map<ConfigKey, Object> values) {
        Object shed = values.get(ConfigKey.PRESSURE_SHED_FREE_BYTES);
        Object resume = values.get(ConfigKey.PRESSURE_RESUME_FREE_BYTES);
        if (!(shed instanceof Long lower) || !(resume instanceof Long upper) || upper > lower) {
            return Optional.empty();
        }
        return Optional.of("`pressure.resume_free_bytes` is "
                + ConfigKey.PRESSURE_RESUME_FREE_BYTES.type().show(upper)
                + "; it must be more than `pressure.shed_free_bytes`, which is "
                + ConfigKey.PRESSURE_SHED_FREE_BYTES.type().show(lower)
                + ", or shedding would start and end with every file");
    }

    private static Optional<String> reachable(Map<ConfigKey, Object> values) {
        String host = String.valueOf(values.get(ConfigKey.REDIS_HOST));
        if (!isExposed(host, values)) {
            return Optional.empty();
        }
        return Optional.of(
                "`redis.host` is " + host + ", which other machines can reach, and `redis.password` is not set:"
                        + " anyone could read and change the data. Set `redis.password`, or listen on 127.0.0.1, or set"
                        + " `redis.allow_no_password` to true if the network is closed");
    }

    private static Optional<String> adminReachable(Map<ConfigKey, Object> values) {
        String host = String.valueOf(values.get(ConfigKey.ADMIN_HOST));
        if (!isExposed(host, values)) {
            return Optional.empty();
        }
        return Optional.of(
                "`admin.host` is " + host + ", which other machines can reach, and `redis.password` is not set,"
                        + " which guards that endpoint too: anyone could ask for syncs. Set `redis.password`, or listen on"
                        + " 127.0.0.1, or set `redis.allow_no_password` to true if the network is closed");
    }

    /** Whether other machines can reach an address without a password. */
    private static boolean isExposed(String host, Map<ConfigKey, Object> values) {
        return !isLoopback(host)
                && !values.containsKey(ConfigKey.REDIS_PASSWORD)
                && !Boolean.TRUE.equals(values.get(ConfigKey.REDIS_ALLOW_NO_PASSWORD));
    }

    private static Optional<String> nested(Map<ConfigKey, Object> values) {
        Object logDir = values.get(ConfigKey.LOG_DIR);
        if (logDir == null) {
            return Optional.empty();
        }
        Path log = absolute(logDir);
        Path data = absolute(String.valueOf(values.get(ConfigKey.DATA_DIR)));
        return log.startsWith(data) || data.startsWith(log)
                ? Optional.of("`log.dir` (" + log + ") and `data_dir` (" + data + ") must not contain each other;"
                        + " leave `log.dir` out to keep the logs inside `data_dir`")
                : Optional.empty();
    }

    private static boolean disjoint(Set<ConfigKey> invalid, ConfigKey... keys) {
        return Collections.disjoint(invalid, List.of(keys));
    }

    /** Whether only this machine can reach the address; a name that needs a lookup counts as reachable. */
    static boolean isLoopback(String host) {
        return host.equals("localhost")
                || host.equals("::1")
                || LOOPBACK_V4.matcher(host).matches();
    }

    private static Path absolute(Object path) {
        return Path.of(path.toString()).toAbsolutePath().normalize();
    }
}
