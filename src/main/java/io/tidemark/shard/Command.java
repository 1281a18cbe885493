package io.tidemark.shard;

import java.util.List;

/**
 * A command to one shard. A {@link Write} goes through the log and is evaluated when its entry is applied; a {@link Read} is
 * answered from applied entries. Every key must belong to the shard. Arrays are not copied: the caller must not change them
 * afterwards.
 */
public sealed interface Command {

    /** Changes data; logged. */
    sealed interface Write extends Command permits Set, SetAll, Delete, IncrementBy {}

    /** Changes nothing; never logged. */
    sealed interface Read extends Command permits Get, GetAll, Exists, ValueLength {}

    /** Stores a value. Answers {@link Result.Ok}. */
    record Set(byte[] key, byte[] value) implements Write {}

    /** Stores several values, all or none. Answers {@link Result.Ok}. */
    record SetAll(List<Set> pairs) implements Write {}

    /** Removes keys. Answers how many of them existed, as {@link Result.Count}. */
    record Delete(List<byte[]> keys) implements Write {}

    /**
     * Adds to a decimal 64-bit integer; a missing key counts as 0. Answers the new value as {@link Result.Count}, or
     * {@link Result.Failure} of kind {@code NOT_AN_INTEGER} or {@code OVERFLOW}.
     */
    record IncrementBy(byte[] key, long delta) implements Write {}

    /** Answers {@link Result.Value}. */
    record Get(byte[] key) implements Read {}

    /** Answers {@link Result.Values}, in the order of the keys. */
    record GetAll(List<byte[]> keys) implements Read {}

    /** Answers how many of the keys exist, as {@link Result.Count}; a key given twice counts twice. */
    record Exists(List<byte[]> keys) implements Read {}

    /** Answers the value's length in bytes, 0 for a missing key, as {@link Result.Count}. */
    record ValueLength(byte[] key) implements Read {}
}
