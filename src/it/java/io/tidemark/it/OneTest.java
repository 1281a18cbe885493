package io.tidemark.it;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Runs one test without Maven, which takes longer to start than most of them to run: {@code CLASS#METHOD}, printing why it
 * failed. Exit code: 0 if it passed, 1 if it failed, 2 if no test has that name or it was skipped.
 */
final class OneTest {
    private OneTest() {}

    /** Its class is so, too. */
    private static boolean isOf(TestDescriptor found, String method) {
        return found.getSource()
                .map(source -> !(source instanceof MethodSource place)
                        || place.getMethodName().equals(method))
                .orElse(true);
    }

    public static void main(String[] words) {
        if (words.length != 1 || words[0].split("#", -1).length != 2) {
            System.err.println("expected CLASS#METHOD, not: " + String.join(" ", words));
            System.exit(2);
        }
        String[] names = words[0].split("#", -1);
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass(names[0]))
                .filters((PostDiscoveryFilter) found -> FilterResult.includedIf(isOf(found, names[1])))
                .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, listener);
        TestExecutionSummary summary = listener.getSummary();
        summary.printFailuresTo(new PrintWriter(System.out, true, StandardCharsets.UTF_8), Integer.MAX_VALUE);
        if (summary.getTotalFailureCount() > 0) {
            System.exit(1);
        }
        System.exit(summary.getTestsSucceededCount() > 0 ? 0 : 2);
    }
}
