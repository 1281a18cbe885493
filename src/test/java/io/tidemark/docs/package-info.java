/**
 * The documents are right: links and anchors resolve, every code block is checked by its language, and what is listed or
 * generated in them agrees with the code. {@link io.tidemark.docs.Document} reads Markdown; each check takes documents and
 * returns problems, so that its test can also show it a broken document.
 */
@NullMarked
package io.tidemark.docs;

import org.jspecify.annotations.NullMarked;
