package io.tidemark;

import java.util.stream.LongStream;

/**
 * The seeds of a random test: first the fixed ones, which are the same at each run, then new ones, which are not. So a
 * fault that a fixed seed finds is found at every run, and each run also looks where none has looked before.
 *
 * <p>A seed that found a fault once is added to the fixed ones of its test, for good. Properties of jqwik have this from
 * their edge cases, which are mixed in, and from its database of failures.
 */
public final class Seeds {
    private Seeds() {}

    /**
     * The seeds of one run of a test, which prints the first of the new ones, as {@code seed=N}.
     *
     * @param test the name that is printed
     * @param property the system property {@code -D…=N} that asks for one seed instead
     * @param fixed how many fixed ones there are: 1, 2, 3 and so on
     * @param count how many seeds in all
     * @param found further fixed ones: those that found something
     */
    public static LongStream of(String test, String property, int fixed, int count, long... found) {
        Long one = Long.getLong(property);
        if (one != null) {
            System.out.println(test + ": seed=" + one);
            return LongStream.of(one);
        }
        long same = Math.min(fixed, count);
        long firstNew = System.nanoTime();
        System.out.println(test + ": " + same + " fixed seeds, then " + (count - same) + " from seed=" + firstNew);
        return LongStream.concat(
                LongStream.concat(LongStream.of(found), LongStream.rangeClosed(1, same)),
                LongStream.range(firstNew, firstNew + count - same));
    }
}
