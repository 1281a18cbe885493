package io.tidemark.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What several keys must satisfy together. */
final class ConfigRules {
    private static final Pattern LOOPBACK_V4 = Pattern.compile("127(\\.[0-9]{1,3}){3}");

    private ConfigRules() {}

    /** One line for each rule broken. */
    static List<String> problems(Map<ConfigKey, Object> values) {
        List<String> problems = new ArrayList<>();
        String host = String.valueOf(values.get(ConfigKey.REDIS_HOST));
        if (!isLoopback(host)
                && !values.containsKey(ConfigKey.REDIS_PASSWORD)
                && Boolean.FALSE.equals(values.get(ConfigKey.REDIS_ALLOW_NO_PASSWORD))) {
            problems.add(
                    "`redis.host` is " + host + ", which others can reach, and there is no `redis.password`: anyone"
                            + " could read and change the data. Set `redis.password`, or listen on 127.0.0.1, or set"
                            + " `redis.allow_no_password` to true if the network is closed");
        }
        Object logDir = values.get(ConfigKey.LOG_DIR);
        if (logDir != null) {
            Path log = absolute(logDir);
            Path data = absolute(String.valueOf(values.get(ConfigKey.DATA_DIR)));
            if (log.startsWith(data) || data.startsWith(log)) {
                problems.add("`log.dir` (" + logDir + ") and `data_dir` (" + data + ") must lie outside each other;"
                        + " leave `log.dir` out to keep the logs inside `data_dir`");
            }
        }
        return problems;
    }

    /** Whether only this machine can reach the address; a name that would have to be looked up counts as reachable. */
    static boolean isLoopback(String host) {
        return host.equals("localhost")
                || host.equals("::1")
                || LOOPBACK_V4.matcher(host).matches();
    }

    private static Path absolute(Object path) {
        return Path.of(path.toString()).toAbsolutePath().normalize();
    }
}
