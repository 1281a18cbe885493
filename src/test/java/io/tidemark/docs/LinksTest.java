package io.tidemark.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every link of the documents leads somewhere. */
class LinksTest {
    @TempDir
    Path directory;

    @Test
    void links_ofAllDocuments_resolve() throws IOException {
        List<Document> all = Document.all();
        assertThat(all.stream().mapToInt(each -> each.links().size()).sum()).isGreaterThan(40);
        assertThat(Links.problems(all)).isEmpty();
    }

    /** Else nobody finds it. */
    @Test
    void frontPage_linksToEveryDocument() throws IOException {
        Set<String> linked = new HashSet<>();
        for (Document.Link link :
                Document.read(Document.project().resolve("README.md")).links()) {
            linked.add(link.target().replaceFirst("#.*", ""));
        }
        for (Document document : Document.all()) {
            String name = document.path().getFileName().toString();
            if (document.path().getParent() != null
                    && document.path().getParent().endsWith("src/docs")) {
                assertThat(linked).contains("src/docs/" + name);
            }
        }
    }

    @Test
    void links_ofABrokenDocument_areNamedByTheirLine() throws IOException {
        Files.writeString(
                directory.resolve("other.md"), "# Other\n\n## What's *new*: `a_b`, again\n\n## Twice\n\n## Twice\n");
        Path page = Files.writeString(
                directory.resolve("page.md"),
                """
                # Page
                [good](other.md), [good](other.md#whats-new-a_b-again) and [good](other.md#twice-1), [good](#page).
                [gone](gone.md), [heading](other.md#not-there) [here](#other)
                `[code](code.md)` and [elsewhere](https://example.org/)
                ```text
                [block](block.md)
                ```
                [third](other.md#twice-2)
                """);
        assertThat(Links.problems(List.of(Document.read(page))))
                .containsExactly(
                        "page.md:3: gone.md: no such file",
                        "page.md:3: other.md#not-there: no such heading",
                        "page.md:3: #other: no such heading",
                        "page.md:8: other.md#twice-2: no such heading");
    }
}
