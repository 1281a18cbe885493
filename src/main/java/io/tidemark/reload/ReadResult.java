package io.tidemark.reload;

import io.vertx.core.json.JsonObject;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The result of reading the configuration once. */
sealed interface ReadResult {

    /** What to do with it. */
    ReloadPlan plan(List<ReloadableSection> sections);

    /** The configuration was read. Its values may still be invalid. */
    record Success(JsonObject config) implements ReadResult {
        @Override
        public ReloadPlan plan(List<ReloadableSection> sections) {
            return ReloadPlan.of(config, sections);
        }
    }

    /** The configuration is missing, unreadable, or not in its format. */
    record Failure(String why) implements ReadResult {
        @Override
        public ReloadPlan plan(List<ReloadableSection> sections) {
            return new ReloadPlan.Refuse(why);
        }

        /** Joins the messages of the exception and its causes into one line. */
        static Failure of(Throwable failure) {
            if (failure instanceof NullPointerException) {
                // vertx-config 5.0.10 throws this for YAML that has only comments
                return new Failure("it is empty, or has only comments");
            }
            Set<String> messages = new LinkedHashSet<>();
            Throwable cause = failure;
            for (int depth = 0; cause != null && depth < 8; depth++) {
                String message = cause.getMessage();
                boolean hasText = message != null && !message.isBlank();
                boolean first = messages.isEmpty();
                messages.add(
                        hasText && first
                                ? message
                                : cause.getClass().getSimpleName() + (hasText ? ": " + message : ""));
                cause = cause.getCause();
            }
            return new Failure(String.join("; ", messages).replaceAll("\\s*\\R\\s*", "; "));
        }
    }
}
