package io.tidemark.redis.command;

/**
 * The state of one client that CLIENT LIST shows. Written on the client's event loop, read on any. Times are in milliseconds of
 * the server's {@linkplain Server#upMillis uptime}.
 */
public final class Session {

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

    /** A client that has just connected. */
    public Session(long id, String remoteAddress, String localAddress, long upMillis, boolean authenticated) {
        this.id = id;
        this.remoteAddress = remoteAddress;
        this.localAddress = localAddress;
        this.connectedMillis = upMillis;
        this.activeMillis = upMillis;
        this.authenticated = authenticated;
    }

    /** Its number, from 1. */
    public long id() {
        return id;
    }

    /** The address of the client. */
    public String remoteAddress() {
        return remoteAddress;
    }

    /** Whether it may use commands that need a password. */
    public boolean authenticated() {
        return authenticated;
    }

    /** Sets whether it is authenticated. */
    public void authenticated(boolean newValue) {
        authenticated = newValue;
    }

    /** The name it gave itself; empty if none. */
    public String name() {
        return name;
    }

    /** Sets its name. */
    public void name(String newName) {
        name = newName;
    }

    /** Sets the name of its library. */
    public void libraryName(String newName) {
        libraryName = newName;
    }

    /** Sets the version of its library. */
    public void libraryVersion(String newVersion) {
        libraryVersion = newVersion;
    }

    /** Records when the client last sent or received something. */
    public void active(long upMillis) {
        activeMillis = upMillis;
    }

    /** How long the client has neither sent nor received anything, in milliseconds. */
    public long idleMillis(long upMillis) {
        return upMillis - activeMillis;
    }

    /** Records a CLIENT command; other commands are not recorded, for speed. */
    public void lastCommand(String command) {
        lastCommand = command;
    }

    /** The client's line in CLIENT LIST, including the line end. */
    public String describe(long upMillis) {
        return "id=" + id + " addr=" + remoteAddress + " laddr=" + localAddress + " fd=-1 name=" + name + " age="
                + (upMillis - connectedMillis) / 1_000 + " idle=" + idleMillis(upMillis) / 1_000
                + " flags=N db=0 sub=0 psub=0 ssub=0 multi=-1 cmd=" + lastCommand + " user=default redir=-1 resp=2"
                + " lib-name=" + libraryName + " lib-ver=" + libraryVersion + "\n";
    }
}
