/** The same project as a module: it names the library's module and nothing else of it. */
module shop {
    requires io.tidemark;
}
