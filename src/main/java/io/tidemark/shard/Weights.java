package io.tidemark.shard;

/** The parts of a command's {@linkplain Command#weight weight}, in bytes. */
final class Weights {
    /** Overhead of a call, a frame, a record, and padding. */
    static final long CALL = 64;

    /** Overhead of a key. */
    static final long KEY = 32;

    /** Maximum length of a decimal integer. */
    static final long INTEGER = 20;

    private Weights() {}
}
