package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every listener receives every call. */
class CheckpointListenersTest {
    static List<Method> methods() {
        return Arrays.asList(CheckpointListener.class.getDeclaredMethods());
    }

    private static CheckpointListener recording(List<String> received) {
        return (CheckpointListener) Proxy.newProxyInstance(
                CheckpointListener.class.getClassLoader(),
                new Class<?>[] {CheckpointListener.class},
                (proxy, method, arguments) -> {
                    received.add(method.getName());
                    return null;
                });
    }

    private static @Nullable Object anyOf(Class<?> type) {
        if (type == boolean.class) {
            return false;
        } else if (type == int.class) {
            return 0;
        }
        return type == long.class ? 0L : null;
    }

    @ParameterizedTest
    @MethodSource("methods")
    void everyMethod_isCalledOnEachListener(Method method) throws ReflectiveOperationException {
        List<String> first = new ArrayList<>();
        List<String> second = new ArrayList<>();
        method.invoke(
                new CheckpointListeners(recording(first), recording(second)),
                Arrays.stream(method.getParameterTypes())
                        .map(CheckpointListenersTest::anyOf)
                        .toArray());
        assertThat(first).containsExactly(method.getName());
        assertThat(second).containsExactly(method.getName());
    }
}
