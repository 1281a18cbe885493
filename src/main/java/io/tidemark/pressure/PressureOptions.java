package io.tidemark.pressure;

import io.tidemark.value.RawSection;
import io.tidemark.value.ValueType;
import io.vertx.core.json.JsonObject;
import java.util.Set;

/**
 * When client writes are shed for lack of space, and how long shedding lasts at least. Keys of the JSON form are the
 * setters' names in snake_case; sizes that are left out follow from the size of each volume, see {@link SpaceMarks}.
 *
 * <p>Not thread-safe; every method that takes options copies them.
 *
 * @since 0.1
 */
public final class PressureOptions {
    /** Default of {@link #setDwellMs}: 5 s. */
    public static final long DEFAULT_DWELL_MS = 5_000;

    /** Derive the size from the volume's. */
    public static final long BY_VOLUME = -1;

    private static final String SECTION = "pressure";
    private static final ValueType BYTES = new ValueType.Size(0, 1L << 50);
    private static final ValueType DWELL_MILLISECONDS = new ValueType.WholeNumber(10, 3_600_000);
    private static final Set<String> KEYS = Set.of("shed_free_bytes", "resume_free_bytes", "ballast_bytes", "dwell_ms");

    private long shedFreeBytes = BY_VOLUME;
    private long resumeFreeBytes = BY_VOLUME;
    private long ballastBytes = BY_VOLUME;
    private long dwellMs = DEFAULT_DWELL_MS;

    /** All defaults. */
    public PressureOptions() {}

    /**
     * A copy.
     *
     * @param other the options to copy
     */
    public PressureOptions(PressureOptions other) {
        shedFreeBytes = other.shedFreeBytes;
        resumeFreeBytes = other.resumeFreeBytes;
        ballastBytes = other.ballastBytes;
        dwellMs = other.dwellMs;
    }

    /**
     * From JSON; a missing key has its default. A number may also be text, as some configuration stores give it, and a size
     * may end in KiB, MiB or GiB.
     *
     * @param json the keys that are set
     * @throws IllegalArgumentException naming the key and its value if a key is unknown, has no value, or has one of the wrong type
     *     or range, or if the two marks contradict each other
     */
    public PressureOptions(JsonObject json) {
        RawSection given = new RawSection(SECTION, json, KEYS);
        setShedFreeBytes(given.number("shed_free_bytes", BYTES, shedFreeBytes));
        setResumeFreeBytes(given.number("resume_free_bytes", BYTES, resumeFreeBytes));
        setBallastBytes(given.number("ballast_bytes", BYTES, ballastBytes));
        setDwellMs(given.number("dwell_ms", DWELL_MILLISECONDS, dwellMs));
        if (shedFreeBytes != BY_VOLUME && resumeFreeBytes != BY_VOLUME && resumeFreeBytes <= shedFreeBytes) {
            throw new IllegalArgumentException("pressure.resume_free_bytes is " + resumeFreeBytes
                    + ", expected more than pressure.shed_free_bytes, which is " + shedFreeBytes);
        }
    }

    private static long bytes(String key, long bytes) {
        return bytes == BY_VOLUME ? BY_VOLUME : RawSection.validate(SECTION + "." + key, BYTES, bytes);
    }

    /** {@return JSON with every key that is set} */
    public JsonObject toJson() {
        JsonObject json = new JsonObject().put("dwell_ms", dwellMs);
        put(json, "shed_free_bytes", shedFreeBytes);
        put(json, "resume_free_bytes", resumeFreeBytes);
        put(json, "ballast_bytes", ballastBytes);
        return json;
    }

    private static void put(JsonObject json, String key, long bytes) {
        if (bytes != BY_VOLUME) {
            json.put(key, bytes);
        }
    }

    /**
     * With less free space than this, writes are shed; {@link #BY_VOLUME} if not set.
     *
     * @return bytes
     */
    public long getShedFreeBytes() {
        return shedFreeBytes;
    }

    /**
     * With less free space than this on a volume, its shards shed writes; in bytes, 0 for never, or {@link #BY_VOLUME}.
     *
     * @param shedFreeBytes the new value
     * @return this
     */
    public PressureOptions setShedFreeBytes(long shedFreeBytes) {
        this.shedFreeBytes = bytes("shed_free_bytes", shedFreeBytes);
        return this;
    }

    /**
     * With this much free space, shedding ends; {@link #BY_VOLUME} if not set.
     *
     * @return bytes
     */
    public long getResumeFreeBytes() {
        return resumeFreeBytes;
    }

    /**
     * With at least this much free space, shedding ends; in bytes, more than the other mark, or {@link #BY_VOLUME}.
     *
     * @param resumeFreeBytes the new value
     * @return this
     */
    public PressureOptions setResumeFreeBytes(long resumeFreeBytes) {
        this.resumeFreeBytes = bytes("resume_free_bytes", resumeFreeBytes);
        return this;
    }

    /** {@return the size of the reserve file of each volume; {@link #BY_VOLUME} if not set} */
    public long getBallastBytes() {
        return ballastBytes;
    }

    /**
     * Size of the reserve file on each volume, in bytes; 0 for none. It is given up before a committed entry must wait.
     *
     * @param ballastBytes the new value
     * @return this
     */
    public PressureOptions setBallastBytes(long ballastBytes) {
        this.ballastBytes = bytes("ballast_bytes", ballastBytes);
        return this;
    }

    /** {@return how long a cause of pressure must have been gone} */
    public long getDwellMs() {
        return dwellMs;
    }

    /**
     * How long a cause of pressure must have been gone before shedding ends, in milliseconds, 10 ms to an hour.
     *
     * @param dwellMs the new value
     * @return this
     */
    public PressureOptions setDwellMs(long dwellMs) {
        this.dwellMs = RawSection.validate(SECTION + ".dwell_ms", DWELL_MILLISECONDS, dwellMs);
        return this;
    }

    @Override
    public String toString() {
        return toJson().encode();
    }
}
