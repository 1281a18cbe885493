package io.tidemark.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.reload.ReloadOutcome.Kind;
import io.vertx.config.ConfigRetriever;
import io.vertx.config.ConfigRetrieverOptions;
import io.vertx.config.ConfigStoreOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A reload whose Vert.x has been closed before it. */
class ConfigReloadEndTest {
    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    /** A section without keys. */
    private static final ReloadableSection SECTION = new ReloadableSection() {
        @Override
        public String key() {
            return "checkpoint";
        }

        @Override
        public JsonObject current() {
            return new JsonObject();
        }

        @Override
        public JsonObject validate(JsonObject given) {
            return given;
        }

        @Override
        public Future<Void> apply(JsonObject complete) {
            return Future.succeededFuture();
        }
    };

    @Test
    void close_afterVertxClosed_throwsNothingAndAnswers() throws Exception {
        Vertx vertx = Vertx.vertx();
        Vertx ofTheRetriever = Vertx.vertx();
        JsonObject config = new JsonObject().put("checkpoint", new JsonObject());
        ConfigRetriever retriever = ConfigRetriever.create(
                ofTheRetriever,
                new ConfigRetrieverOptions()
                        .setIncludeDefaultStores(false)
                        .addStore(new ConfigStoreOptions().setType("json").setConfig(config)));
        ConfigReload reload = ConfigReload.bind(vertx, retriever, "orders", List.of(SECTION), 10, outcome -> {});
        await(vertx.close());
        await(retriever.getConfig()); // notifies a reload that is gone
        for (int call = 0; call < 2; call++) {
            CompletableFuture<Boolean> closed = new CompletableFuture<>();
            reload.close().map("closed").onComplete(done -> closed.complete(done.succeeded()));
            assertThat(closed.get(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(reload.count(Kind.ACCEPTED)).isZero();
        await(retriever.close());
        await(ofTheRetriever.close());
    }
}
