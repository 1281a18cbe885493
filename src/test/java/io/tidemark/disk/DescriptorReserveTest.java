package io.tidemark.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.DescriptorReserve.Use;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A process of ten descriptors, with four in reserve. */
class DescriptorReserveTest {
    private static final String ENGLISH = "Too many open files";
    private static final String OTHER_LANGUAGE = "Zu viele offene Dateien";

    private int free = 10;
    private String text = ENGLISH;
    private final List<Closeable> clients = new ArrayList<>();
    private final DescriptorReserve reserve =
            new DescriptorReserve(4, () -> take("/"), failure -> !ENGLISH.equals(failure.getReason()));

    private Closeable take(String path) throws IOException {
        if (free == 0) {
            throw new FileSystemException(path, null, text);
        }
        free--;
        return () -> free++;
    }

    private Closeable open(Use use) throws IOException {
        return reserve.open(use, () -> take("/data/7"));
    }

    private void clientsTakeTheRest() throws IOException {
        while (free > 0) {
            clients.add(take("socket"));
        }
    }

    @Test
    void open_noneLeft_keptFilesGetHalfAndBriefOnesAll() throws IOException {
        for (String language : List.of(ENGLISH, OTHER_LANGUAGE)) {
            text = language;
            reserve.refill();
            clientsTakeTheRest();
            List<Closeable> files = new ArrayList<>(List.of(open(Use.KEPT), open(Use.KEPT)));
            assertThatThrownBy(() -> open(Use.KEPT))
                    .isInstanceOfSatisfying(NoDescriptorsException.class, none -> assertThat(none.getFile())
                            .isEqualTo("/data/7"))
                    .hasMessageContaining(language);
            for (int i = 0; i < 5; i++) {
                open(Use.BRIEF).close();
                reserve.refill();
            }
            files.add(open(Use.BRIEF));
            files.add(open(Use.BRIEF));
            assertThatThrownBy(() -> open(Use.BRIEF)).isInstanceOf(NoDescriptorsException.class);
            for (Closeable each : files) {
                each.close();
            }
            reserve.refill();
            assertThat(free).as("all are in reserve again").isZero();
            for (Closeable each : clients) {
                each.close();
            }
            clients.clear();
        }
    }

    @Test
    void refill_fullReserve_opensNothing() throws IOException {
        reserve.refill();
        assertThat(free).isEqualTo(6);
        reserve.refill();
        assertThat(free).isEqualTo(6);
        open(Use.KEPT).close();
        assertThat(free)
                .as("as long as there are others the reserve is not touched")
                .isEqualTo(6);
    }

    @Test
    void open_failsForAnotherReason_keepsTheReserveAndSaysWhy() throws IOException {
        reserve.refill();
        clientsTakeTheRest();
        for (FileSystemException failure :
                List.of(new NoSuchFileException("/data/7"), new AccessDeniedException("/data/7"))) {
            assertThatThrownBy(() -> reserve.open(Use.BRIEF, () -> {
                        throw failure;
                    }))
                    .isSameAs(failure);
        }
        assertThat(free).isZero();
    }

    @Test
    void open_ambiguousFailure_whileDescriptorsAreFree_isNotRetriedForever() {
        FileSystemException unknown = new FileSystemException("/data/7", null, "Nur-Lese-Dateisystem");
        int[] tries = {0};
        assertThatThrownBy(() -> reserve.open(Use.KEPT, () -> {
                    tries[0]++;
                    throw unknown;
                }))
                .isSameAs(unknown);
        assertThat(tries[0]).isBetween(1, 5);
    }

    @Test
    void noDescriptors_isRecognisedBelowOtherCauses() {
        FileSystemException none = new FileSystemException("/data/7", null, ENGLISH + " in system");
        assertThat(NoDescriptorsException.isCauseOf(new IOException("no manifest", none)))
                .isTrue();
        assertThat(NoDescriptorsException.isCauseOf(new IOException("Input/output error")))
                .isFalse();
        assertThat(NoDescriptorsException.isCauseOf(null)).isFalse();
        assertThat(DiskFull.isCauseOf(new NoDescriptorsException(none)))
                .as("it is no full disk")
                .isFalse();
    }
}
