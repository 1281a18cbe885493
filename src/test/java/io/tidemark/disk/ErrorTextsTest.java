package io.tidemark.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.disk.ErrorTexts.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ErrorTextsTest {
    private static final String GERMAN_FULL = "Auf dem Gerät ist kein Speicherplatz mehr verfügbar";
    private static final String GERMAN_QUOTA = "Der zugewiesene Plattenplatz (Quota) ist überschritten";
    private static final String GERMAN_IO_ERROR = "Eingabe-/Ausgabefehler";

    private static final ErrorTexts ENGLISH = new ErrorTexts(true, "No space left on device", null);
    private static final ErrorTexts GERMAN = new ErrorTexts(false, GERMAN_FULL, GERMAN_IO_ERROR);
    private static final ErrorTexts NOTHING_LEARNED = new ErrorTexts(false, null, null);

    @Test
    void noSpace_inTheLearnedLanguage_isKnown() {
        for (ErrorTexts texts : List.of(ENGLISH, GERMAN, NOTHING_LEARNED)) {
            assertThat(texts.kindOf(new IOException("No space left on device"))).isEqualTo(Kind.NO_SPACE);
            assertThat(texts.kindOf(new IOException("Disk quota exceeded"))).isEqualTo(Kind.NO_SPACE);
        }
        assertThat(GERMAN.kindOf(new IOException(GERMAN_FULL))).isEqualTo(Kind.NO_SPACE);
        assertThat(GERMAN.kindOf(new FileSystemException("/data/7", null, GERMAN_FULL)))
                .isEqualTo(Kind.NO_SPACE);
    }

    @Test
    void noSpace_belowOtherCauses_isKnown() {
        IOException full = new IOException(GERMAN_FULL);
        assertThat(GERMAN.kindOf(new IOException("entry 7 waits", new UncheckedIOException(full))))
                .isEqualTo(Kind.NO_SPACE);
        assertThat(GERMAN.kindOf(new NoSpaceException(new IOException(GERMAN_QUOTA))))
                .isEqualTo(Kind.NO_SPACE);
    }

    @Test
    void otherErrors_inEnglish_areOther() {
        assertThat(ENGLISH.kindOf(new IOException("Input/output error"))).isEqualTo(Kind.OTHER);
        assertThat(ENGLISH.kindOf(new IOException("Read-only file system"))).isEqualTo(Kind.OTHER);
        assertThat(ENGLISH.kindOf(new IOException(GERMAN_FULL))).isEqualTo(Kind.OTHER);
    }

    @Test
    void otherErrors_inAnotherLanguage_areUnknownUnlessLearnedOrSaidByTheirType() {
        assertThat(GERMAN.kindOf(new IOException(GERMAN_QUOTA))).isEqualTo(Kind.UNKNOWN);
        assertThat(NOTHING_LEARNED.kindOf(new IOException(GERMAN_FULL))).isEqualTo(Kind.UNKNOWN);
        assertThat(GERMAN.kindOf(new IOException(GERMAN_IO_ERROR))).isEqualTo(Kind.OTHER);
        assertThat(GERMAN.kindOf(new NoSuchFileException("/data/7"))).isEqualTo(Kind.OTHER);
        assertThat(GERMAN.kindOf(new AccessDeniedException("/data/7", null, GERMAN_QUOTA)))
                .isEqualTo(Kind.OTHER);
        assertThat(GERMAN.kindOf(new ClosedChannelException())).isEqualTo(Kind.OTHER);
        assertThat(GERMAN.kindOf(new CorruptionException("damaged"))).isEqualTo(Kind.OTHER);
        assertThat(GERMAN.kindOf(new IllegalStateException(GERMAN_FULL))).isEqualTo(Kind.OTHER);
        assertThat(GERMAN.kindOf(null)).isEqualTo(Kind.OTHER);
    }

    @Test
    void fileName_thatContainsTheText_isIgnored() {
        assertThat(ENGLISH.kindOf(new FileSystemException("/no space left on device", null, "Is a directory")))
                .isEqualTo(Kind.OTHER);
    }

    @Test
    void ofThisProcess_learnsWhatTheSystemHas() {
        ErrorTexts learned = ErrorTexts.ofThisProcess();
        assertThat(learned.noSpace()).as("by /dev/full").isNotBlank();
        assertThat(learned.kindOf(new IOException(learned.noSpace()))).isEqualTo(Kind.NO_SPACE);
    }
}
