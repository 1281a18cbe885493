package io.tidemark.reload;

import io.vertx.core.json.JsonObject;
import java.util.LinkedHashSet;
import java.util.Set;

/** What one look at a configuration gave. */
sealed interface Reading {

    /** A configuration; whether its values can be used is another question. */
    record Good(JsonObject config) implements Reading {}

    /** None: gone, unreadable, or not in its format. */
    record Bad(String why) implements Reading {

        /** One line of every message in the chain of causes. */
        static Bad of(Throwable failure) {
            if (failure instanceof NullPointerException) {
                // vertx-config 5.0.10 fails so over YAML of comments alone
                return new Bad("there is nothing in it, or nothing but comments");
            }
            Set<String> messages = new LinkedHashSet<>();
            Throwable cause = failure;
            for (int depth = 0; cause != null && depth < 8; depth++) {
                String message = cause.getMessage();
                boolean says = message != null && !message.isBlank();
                boolean top = messages.isEmpty();
                messages.add(says && top ? message : cause.getClass().getSimpleName() + (says ? ": " + message : ""));
                cause = cause.getCause();
            }
            return new Bad(String.join("; ", messages).replaceAll("\\s*\\R\\s*", "; "));
        }
    }
}
