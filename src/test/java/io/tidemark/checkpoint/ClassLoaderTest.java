package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** The library is redeployed on a running Vert.x by another class loader, as a hot deployment does it. */
class ClassLoaderTest extends RealStores {

    /** This project's classes once more, of its own; everything else is the parent's. */
    private static final class Redeployment extends URLClassLoader {
        Redeployment() {
            super(new URL[] {placeOf(Checkpointers.class), placeOf(AnotherLoadersStore.class)});
        }

        private static URL placeOf(Class<?> type) {
            return type.getProtectionDomain().getCodeSource().getLocation();
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                if (loaded != null) {
                    return loaded;
                }
                return name.startsWith("io.tidemark.") ? findClass(name) : super.loadClass(name, resolve);
            }
        }

        @SuppressWarnings("unchecked")
        <T> Future<T> call(String method, Vertx vertx) throws ReflectiveOperationException {
            Class<?> store = loadClass(AnotherLoadersStore.class.getName());
            assertThat(store).isNotSameAs(AnotherLoadersStore.class);
            return (Future<T>) store.getMethod(method, Vertx.class).invoke(null, vertx);
        }
    }

    @Test
    void deploy_byOtherLoadersAfterCleanUndeploys_works() throws Exception {
        assertThat(await(AnotherLoadersStore.live(vertx))).isEqualTo(2);
        for (int i = 0; i < 3; i++) {
            try (Redeployment loader = new Redeployment()) {
                assertThat(await(loader.<Long>call("live", vertx))).isEqualTo(2);
            }
        }
        assertThat(await(AnotherLoadersStore.live(vertx))).isEqualTo(2);
    }

    @Test
    void deploy_beforeAnotherLoadersStoreIsClosed_isRefusedByName() throws Exception {
        try (Redeployment loader = new Redeployment()) {
            Callable<Future<Void>> close = await(loader.call("deploy", vertx));
            assertThatThrownBy(() -> await(AnotherLoadersStore.live(vertx)))
                    .hasMessageContaining("store orders shard 0 has a checkpointer already");
            await(close.call());
            assertThat(await(AnotherLoadersStore.live(vertx))).isEqualTo(2);
        }
    }

    @Test
    void undeploy_leavesNothingInSharedData() throws Exception {
        await(AnotherLoadersStore.live(vertx));
        for (String map : List.of("tidemark.checkpointers", "tidemark.dirty-counters", "tidemark.force-permits")) {
            assertThat(vertx.sharedData().getLocalMap(map).size()).as(map).isZero();
        }
    }

    @Test
    void counter_heldByItsWriterOverARedeployment_wakesTheNextCheckpointer() throws Exception {
        PlainFileStore store = stores(1).get(0);
        DirtyCounter held = dirty("orders", 0);
        assertThat(shared()).isEmpty();
        await(proven("orders", new CheckpointOptions().setIntervalMs(3_600_000), List.of(store))
                .close());
        proven("orders", new CheckpointOptions().setIntervalMs(3_600_000).setMaxDirtyBytes(4_096), List.of(store));
        assertThat(dirty("orders", 0)).isSameAs(held);
        assertThat(shared()).containsExactly(held);
        for (int i = 0; i < 50; i++) {
            store.write(held);
        }
        await("a force at max_dirty_bytes", () -> store.durable >= 41);
    }

    /** The counters in shared data: those of shards with a checkpointer. */
    private Collection<Object> shared() {
        return vertx.sharedData()
                .<String, Object>getLocalMap("tidemark.dirty-counters")
                .values();
    }
}
