package io.tidemark.reload;

import io.tidemark.reload.ReloadOutcome.Change;
import io.tidemark.value.RawValue;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What to do with a configuration that was read: a pure decision. Either all sections are valid, or none is applied. */
sealed interface ReloadPlan {

    /** Carries the plan out by the action for its type. */
    void carryOut(Consumer<Apply> apply, Consumer<String> refuse);

    /** Nothing of it is applied. */
    record Refuse(String why) implements ReloadPlan {
        @Override
        public void carryOut(Consumer<Apply> apply, Consumer<String> refuse) {
            refuse.accept(why);
        }
    }

    /**
     * Every section is valid.
     *
     * @param steps sections to apply; empty if nothing differs
     * @param changed the changes in them
     * @param needRestart the changes in sections that can't change while running
     */
    record Apply(List<Step> steps, Map<String, Change> changed, Map<String, Change> needRestart) implements ReloadPlan {
        @Override
        public void carryOut(Consumer<Apply> apply, Consumer<String> refuse) {
            apply.accept(this);
        }
    }

    /** A section and the values to apply to it. */
    record Step(ReloadableSection section, JsonObject complete) {}

    static ReloadPlan of(JsonObject config, List<ReloadableSection> sections) {
        List<Step> steps = new ArrayList<>();
        Map<String, Change> changed = new LinkedHashMap<>();
        Map<String, Change> needRestart = new LinkedHashMap<>();
        for (ReloadableSection section : sections) {
            JsonObject complete;
            try {
                complete = section.validate(given(config, section.key()));
            } catch (RuntimeException invalid) {
                String why = invalid.getMessage();
                return new Refuse(why == null ? invalid.toString() : why);
            }
            Map<String, Change> differs = changes(section, complete);
            if (section.needsRestart()) {
                needRestart.putAll(differs);
            } else if (!differs.isEmpty()) {
                changed.putAll(differs);
                steps.add(new Step(section, complete));
            }
        }
        return new Apply(steps, changed, needRestart);
    }

    private static JsonObject given(JsonObject config, String key) {
        Object section = config.getValue(key);
        if (section instanceof JsonObject json) {
            return json.copy();
        }
        throw new IllegalArgumentException(
                section == null
                        ? "section `" + key + "` is missing; an empty one, `" + key + ": {}`, means the defaults"
                        : "`" + key + "` is " + RawValue.describe(section)
                                + ", expected a section with keys of its own");
    }

    private static Map<String, Change> changes(ReloadableSection section, JsonObject complete) {
        JsonObject before = section.current();
        Map<String, Change> changes = new LinkedHashMap<>();
        for (String key : before.copy().mergeIn(complete).fieldNames()) {
            Object from = before.getValue(key);
            Object to = complete.getValue(key);
            if (!Objects.equals(from, to)) {
                changes.put(section.fullName(key), new Change(format(section, key, from), format(section, key, to)));
            }
        }
        return changes;
    }

    private static String format(ReloadableSection section, String key, @Nullable Object value) {
        return value == null ? "(none)" : section.format(key, value);
    }
}
