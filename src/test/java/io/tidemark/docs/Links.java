package io.tidemark.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Whether links resolve: files that exist, with the exact name, and anchors of headings. Others' sites are not asked. */
final class Links {
    private Links() {}

    static List<String> problems(List<Document> documents) throws IOException {
        List<String> problems = new ArrayList<>();
        for (Document document : documents) {
            for (Document.Link link : document.links()) {
                String problem = problem(document, link.target());
                if (!problem.isEmpty()) {
                    problems.add(document.at(link.line()) + ": " + link.target() + ": " + problem);
                }
            }
        }
        return problems;
    }

    private static String problem(Document document, String target) throws IOException {
        if (target.matches("(https?|mailto):.*")) {
            return "";
        }
        int hash = target.indexOf('#');
        String file = hash < 0 ? target : target.substring(0, hash);
        Path path = file.isEmpty()
                ? document.path()
                : document.path().toAbsolutePath().resolveSibling(file).normalize();
        if (!Files.exists(path)) {
            return "no such file";
        } else if (hash < 0) {
            return "";
        } else if (!path.toString().endsWith(".md")) {
            return "only a document has anchors";
        }
        Document other = file.isEmpty() ? document : Document.read(path);
        return other.anchors().contains(target.substring(hash + 1)) ? "" : "no such heading";
    }
}
