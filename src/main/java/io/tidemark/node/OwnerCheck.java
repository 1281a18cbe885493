package io.tidemark.node;

import java.io.IOException;

/** The result of checking who owns a directory. */
sealed interface OwnerCheck {
    /** Calls the handler's method for this result. */
    <E extends Exception> void handle(Handler<E> handler) throws E;

    /**
     * What follows from each result; a new one compiles only once every handler has it.
     *
     * @param <E> what it throws
     */
    interface Handler<E extends Exception> {
        /** {@link Owned}. */
        void owned() throws E;

        /** {@link Lost}. */
        void lost(String what) throws E;

        /** {@link Unknown}. */
        void unknown(IOException why) throws E;
    }

    /** This process owns it. */
    record Owned() implements OwnerCheck {
        @Override
        public <E extends Exception> void handle(Handler<E> handler) throws E {
            handler.owned();
        }
    }

    /**
     * Another process owns it, or may own it: the lock or the owner record is gone or replaced.
     *
     * @param what was found
     */
    record Lost(String what) implements OwnerCheck {
        @Override
        public <E extends Exception> void handle(Handler<E> handler) throws E {
            handler.lost(what);
        }
    }

    /** The check failed; the owner is unknown. */
    record Unknown(IOException why) implements OwnerCheck {
        @Override
        public <E extends Exception> void handle(Handler<E> handler) throws E {
            handler.unknown(why);
        }
    }

    OwnerCheck OWNED = new Owned();
}
