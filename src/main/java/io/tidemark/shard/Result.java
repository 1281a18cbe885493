package io.tidemark.shard;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A shard's answer to a command. */
public sealed interface Result {

    /** Bytes of the values in the result. */
    default long valueBytes() {
        return 0;
    }

    /** The number that it is; 0 if it is none. */
    default long number() {
        return 0;
    }

    /**
     * Does what a visitor does with a result of this type.
     *
     * @param target passed to the visitor, so that one visitor can serve all
     */
    <T> void accept(Visitor<T> visitor, T target);

    /**
     * What is done with each type of result. A new type compiles only once every visitor handles it.
     *
     * @param <T> what it is done to
     */
    interface Visitor<T> {
        /** {@link Ok}. */
        void ok(T target);

        /** {@link Postponed}. */
        void postponed(T target);

        /** {@link Count}. */
        void count(long number, T target);

        /** {@link Value}. */
        void value(byte @Nullable [] bytes, T target);

        /** {@link Values}. */
        void values(List<byte @Nullable []> all, T target);

        /** {@link Failure}. */
        void failure(Failure failure, T target);
    }

    /** Done. */
    enum Ok implements Result {
        /** The one instance. */
        OK;

        @Override
        public <T> void accept(Visitor<T> visitor, T target) {
            visitor.ok(target);
        }
    }

    /**
     * A read that was not evaluated, because the answers to the reads before it in its list are large: submit it again once
     * they have been sent. Never the answer to a write, nor to the first read of a list.
     */
    enum Postponed implements Result {
        /** The one instance. */
        POSTPONED;

        @Override
        public <T> void accept(Visitor<T> visitor, T target) {
            visitor.postponed(target);
        }
    }

    /** A number. */
    record Count(long number) implements Result {
        @Override
        public <T> void accept(Visitor<T> visitor, T target) {
            visitor.count(number, target);
        }
    }

    /** A value, {@code null} for a missing key. */
    record Value(byte @Nullable [] bytes) implements Result {
        @Override
        public long valueBytes() {
            return bytes == null ? 0 : bytes.length;
        }

        @Override
        public <T> void accept(Visitor<T> visitor, T target) {
            visitor.value(bytes, target);
        }
    }

    /** Several values, {@code null} for each missing key. */
    record Values(List<byte @Nullable []> all) implements Result {
        @Override
        public long valueBytes() {
            return all.stream()
                    .mapToLong(value -> value == null ? 0 : value.length)
                    .sum();
        }

        @Override
        public <T> void accept(Visitor<T> visitor, T target) {
            visitor.values(all, target);
        }
    }

    /**
     * The command was not carried out, or, with {@link Kind#OUTCOME_UNKNOWN}, may have been.
     *
     * @param message for humans; begins with "shard N" where it is about the shard
     */
    record Failure(Kind kind, String message) implements Result {
        @Override
        public <T> void accept(Visitor<T> visitor, T target) {
            visitor.failure(this, target);
        }
    }

    /** Kinds of failure; each endpoint has its own texts for them. */
    enum Kind {
        /** The stored value is not a decimal 64-bit integer. */
        NOT_AN_INTEGER,
        /** The sum does not fit in 64 bits. */
        OVERFLOW,
        /** Refused before it entered the log, because of disk pressure; may be retried. */
        SHED,
        /** The shard is still recovering. */
        LOADING,
        /** The shard has been stopped. */
        STOPPED,
        /** Not enough memory; nothing was changed, and the shard keeps serving. */
        NO_MEMORY,
        /** It could not be carried out for another reason; nothing was changed, and the shard keeps serving. */
        NOT_CARRIED_OUT,
        /** The log failed while the entry was being written: the write may or may not exist after a restart. */
        OUTCOME_UNKNOWN,
        /** The stored bytes can't be read or are damaged; never reported as a missing key. */
        UNREADABLE,
        /** The values are larger than what is kept in memory at once. */
        TOO_LARGE
    }
}
