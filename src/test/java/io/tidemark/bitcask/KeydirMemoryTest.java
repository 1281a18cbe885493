package io.tidemark.bitcask;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A JVM keeps running after its heap was too small for a larger table, which is its largest allocation by far. */
class KeydirMemoryTest {
    private static Path home(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    @Test
    void put_outOfMemory_noKeyIsMissing() throws Exception {
        Process filling = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx40m",
                        "-Xmn2m", // the rest is one space, in which an array finds room or not
                        "-XX:+UseSerialGC",
                        "-cp",
                        home(Keydir.class) + File.pathSeparator + home(Filling.class),
                        Filling.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(filling.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(output)
                .as("keys that are there after memory ran out")
                .matches("out of memory, all [1-9]\\d+ found\n");
        assertThat(filling.waitFor()).isZero();
    }

    /** Adds keys until memory runs out, then looks for each. */
    static final class Filling {
        private Filling() {}

        private static byte[] key(int number) {
            return ("key:" + number).getBytes(StandardCharsets.UTF_8);
        }

        public static void main(String[] none) {
            Keydir keydir = new Keydir();
            int number = 0;
            try {
                while (true) {
                    keydir.put(key(number), 1, number, 1);
                    number++;
                }
            } catch (OutOfMemoryError full) {
                int missing = 0;
                for (int i = 0; i < number; i++) {
                    int slot = keydir.find(key(i));
                    missing += slot >= 0 && keydir.offsetAt(slot) == i ? 0 : 1;
                }
                System.out.println("out of memory, "
                        + (missing == 0 && keydir.size() == number
                                ? "all " + number + " found"
                                : missing + " missing"));
            }
        }
    }
}
