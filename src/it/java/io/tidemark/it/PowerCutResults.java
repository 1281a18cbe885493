package io.tidemark.it;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The results of one {@link PowerCutLoop}, or of several; {@link #toString} describes them. */
final class PowerCutResults {
    int cuts;
    int cutsAfterJournal;
    int cutsInRecovery;
    int stops;
    int inspections;
    int verifies;
    long syncs;
    long replayed;
    double seconds;
    private long sent;
    private long acknowledged;
    private long refused;
    private long refusedReads;
    private long checkedKeys;
    private final List<String> violations = new ArrayList<>();
    private final List<String> explanation = new ArrayList<>();

    /** Takes over what the clients saw. */
    void take(LoadClients clients) {
        LoadClients.Figures figures = clients.figures();
        sent = figures.sent();
        acknowledged = figures.acknowledged();
        refused = figures.refused();
        refusedReads = figures.refusedReads();
        checkedKeys = figures.checkedKeys();
        violations.addAll(clients.violations());
    }

    /** Says how to see a violation again. */
    void explain(PowerCutLoop.Plan plan, String images) {
        explanation.add("seed=" + plan.seed() + ", after " + cuts + " cuts on its disks; repeat it by");
        explanation.add(plan.command());
        explanation.add("the file systems as they were then: " + images);
    }

    /** Takes what ended a plan, outside of a node's life, for a violation. */
    void broken(PowerCutLoop.Plan plan, Exception why) {
        violations.add("the power cuts could not go on: " + trace(why));
        explain(plan, "gone");
    }

    /** An exception with where it comes from. */
    static String trace(Throwable broken) {
        StringWriter text = new StringWriter();
        broken.printStackTrace(new PrintWriter(text));
        return text.toString().stripTrailing();
    }

    /** Adds those of another run. */
    void add(PowerCutResults other) {
        cuts += other.cuts;
        cutsAfterJournal += other.cutsAfterJournal;
        cutsInRecovery += other.cutsInRecovery;
        stops += other.stops;
        inspections += other.inspections;
        verifies += other.verifies;
        syncs += other.syncs;
        replayed += other.replayed;
        sent += other.sent;
        acknowledged += other.acknowledged;
        refused += other.refused;
        refusedReads += other.refusedReads;
        checkedKeys += other.checkedKeys;
        violations.addAll(other.violations);
        explanation.addAll(other.explanation);
    }

    long acknowledged() {
        return acknowledged;
    }

    List<String> violations() {
        return violations;
    }

    /** How to see the violations again; empty if there were none. */
    String explanation() {
        return explanation.isEmpty() ? "" : "caught after " + cuts + " cuts\n" + String.join("\n", explanation);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d cuts (%d after a journal flush, %d during recovery), %d ordered stops; %d writes sent, %d acknowledged,"
                        + " %d and %d reads refused by stops, %d syncs; %d keys checked, %d entries replayed, %d inspections, %d times verify;"
                        + " %d violations; %.1f s, %.2f cuts/s",
                cuts,
                cutsAfterJournal,
                cutsInRecovery,
                stops,
                sent,
                acknowledged,
                refused,
                refusedReads,
                syncs,
                checkedKeys,
                replayed,
                inspections,
                verifies,
                violations.size(),
                seconds,
                cuts / seconds);
    }
}
