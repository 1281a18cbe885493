package io.tidemark.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Many callers share one call. */
class SharedCallTest {
    private final List<Promise<String>> calls = new ArrayList<>();
    private final SharedCall<String> shared = new SharedCall<>(() -> {
        Promise<String> call = Promise.promise();
        calls.add(call);
        return call.future();
    });

    @Test
    void callersWhileItRuns_shareOneCall() {
        List<Future<String>> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            answers.add(shared.join());
        }
        assertThat(calls).hasSize(1);
        calls.get(0).complete("first");
        assertThat(answers).allSatisfy(answer -> assertThat(answer.result()).isEqualTo("first"));
    }

    @Test
    void callerAfterItsEnd_startsTheNext_alsoAfterAFailure() {
        Future<String> first = shared.join();
        calls.get(0).fail("no");
        Future<String> second = shared.join();
        assertThat(calls).hasSize(2);
        calls.get(1).complete("second");
        assertThat(first.failed()).isTrue();
        assertThat(second.result()).isEqualTo("second");
    }
}
