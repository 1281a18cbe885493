package io.tidemark.redis;

/**
 * What one client has said about itself. Written on its event loop; CLIENT LIST reads it from others. Times are the server's
 * {@linkplain RedisServer#upMillis time up}.
 */
final class Session {

    private final long id;
    private final String remoteAddress;
    private final String localAddress;
    private final long connectedMillis;
    private volatile boolean authenticated;
    private volatile String name = "";
    private volatile String libraryName = "";
    private volatile String libraryVersion = "";
    private volatile String lastCommand = "NULL";
    private volatile long activeMillis;

    Session(long id, String remoteAddress, String localAddress, long upMillis, boolean authenticated) {
        this.id = id;
        this.remoteAddress = remoteAddress;
        this.localAddress = localAddress;
        this.connectedMillis = upMillis;
        this.activeMillis = upMillis;
        this.authenticated = authenticated;
    }

    long id() {
        return id;
    }

    String remoteAddress() {
        return remoteAddress;
    }

    boolean authenticated() {
        return authenticated;
    }

    void authenticated(boolean now) {
        authenticated = now;
    }

    String name() {
        return name;
    }

    void name(String newName) {
        name = newName;
    }

    void libraryName(String newName) {
        libraryName = newName;
    }

    void libraryVersion(String newVersion) {
        libraryVersion = newVersion;
    }

    /** Remembers when the client last sent or received something. */
    void active(long upMillis) {
        activeMillis = upMillis;
    }

    /** For how long it has neither sent nor received anything. */
    long idleMillis(long upMillis) {
        return upMillis - activeMillis;
    }

    /** Remembers a command that looks at sessions; the others are not worth a write each. */
    void lastCommand(String command) {
        lastCommand = command;
    }

    /** One line of CLIENT LIST, with its line end. */
    String describe(long upMillis) {
        return "id=" + id + " addr=" + remoteAddress + " laddr=" + localAddress + " fd=-1 name=" + name + " age="
                + (upMillis - connectedMillis) / 1_000 + " idle=" + idleMillis(upMillis) / 1_000
                + " flags=N db=0 sub=0 psub=0 ssub=0 multi=-1 cmd=" + lastCommand + " user=default redir=-1 resp=2"
                + " lib-name=" + libraryName + " lib-ver=" + libraryVersion + "\n";
    }
}
