package io.tidemark.redis.command;

import java.util.List;

/** The list of all commands, with the flags, key positions and arities of Redis 7. */
public final class Commands {

    private static final int[] NO_KEY = {0, 0, 0};
    private static final int[] ONE_KEY = {1, 1, 1};
    private static final int[] ALL_KEYS = {1, -1, 1};
    private static final int[] KEYS_AND_VALUES = {1, -1, 2};
    private static final String ALWAYS = "noscript loading stale fast no_auth allow_busy";

    private Commands() {}

    /** The table of all commands. */
    public static CommandTable table() {
        return new CommandTable(List.of(
                keyed("get", 2, "readonly fast", ONE_KEY, DataCommands::get),
                keyed("set", -3, "write denyoom", ONE_KEY, DataCommands::set),
                keyed("del", -2, "write", ALL_KEYS, DataCommands::del),
                keyed("exists", -2, "readonly fast", ALL_KEYS, DataCommands::exists),
                keyed("mset", -3, "write denyoom", KEYS_AND_VALUES, DataCommands::mset),
                keyed("mget", -2, "readonly fast", ALL_KEYS, DataCommands::mget),
                keyed("strlen", 2, "readonly fast", ONE_KEY, DataCommands::strlen),
                keyed("incr", 2, "write denyoom fast", ONE_KEY, DataCommands::incr),
                keyed("incrby", 3, "write denyoom fast", ONE_KEY, DataCommands::incrBy),
                keyed("decr", 2, "write denyoom fast", ONE_KEY, DataCommands::decr),
                keyed("decrby", 3, "write denyoom fast", ONE_KEY, DataCommands::decrBy),
                immediate("ping", -1, "fast", ConnectionCommands::ping),
                immediate("echo", 2, "loading stale fast", ConnectionCommands::echo),
                immediate("auth", -2, ALWAYS, ConnectionCommands::auth),
                immediate("hello", -1, ALWAYS, ConnectionCommands::hello),
                immediate("quit", -1, ALWAYS, ConnectionCommands::quit),
                immediate("reset", 1, ALWAYS, ConnectionCommands::reset),
                immediate("select", 2, "loading stale fast", ConnectionCommands::select),
                barrier("client", -2, "noscript loading stale", ClientCommand::run),
                barrier("command", -1, "loading stale", CommandCommand::run),
                barrier("config", -2, "admin noscript loading stale", ConfigCommand::run),
                barrier("info", -1, "loading stale", InfoCommand::run),
                barrier("dbsize", 1, "readonly fast", StoreCommands::dbSize),
                barrier("save", 1, "admin noscript no_async_loading no_multi", StoreCommands::save),
                barrier("bgsave", -1, "admin noscript no_async_loading", StoreCommands::bgSave),
                barrier("lastsave", 1, "loading stale fast", StoreCommands::lastSave),
                barrier("shutdown", -1, "admin noscript loading stale no_multi allow_busy", StoreCommands::shutdown)));
    }

    private static CommandTable.Row keyed(
            String name, int arity, String flags, int[] keys, CommandHandler.Keyed handler) {
        return new CommandTable.Row(new CommandSpec(name, arity, flags, keys), handler);
    }

    private static CommandTable.Row immediate(String name, int arity, String flags, CommandHandler.Immediate handler) {
        return new CommandTable.Row(new CommandSpec(name, arity, flags, NO_KEY), handler);
    }

    private static CommandTable.Row barrier(String name, int arity, String flags, CommandHandler.Barrier handler) {
        return new CommandTable.Row(new CommandSpec(name, arity, flags, NO_KEY), handler);
    }
}
