package io.tidemark;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SeedsTest {
    private static final String PROPERTY = "tidemark.seeds_test.seed";

    @Test
    void of_twoRuns_shareTheFixedOnesOnly() {
        long[] first = Seeds.of("a test", PROPERTY, 3, 10, 77).toArray();
        long[] second = Seeds.of("a test", PROPERTY, 3, 10, 77).toArray();
        assertThat(first).hasSize(11).startsWith(77, 1, 2, 3).doesNotHaveDuplicates();
        assertThat(second).hasSize(11).startsWith(77, 1, 2, 3);
        assertThat(second[4]).as("the first new one").isNotEqualTo(first[4]);
    }

    @Test
    void of_fewerThanTheFixedOnes_areThese() {
        assertThat(Seeds.of("a test", PROPERTY, 3, 2).toArray()).containsExactly(1, 2);
    }

    @Test
    void of_oneAskedFor_isThatOne() {
        System.setProperty(PROPERTY, "-5");
        try {
            assertThat(Seeds.of("a test", PROPERTY, 3, 10, 77).toArray()).containsExactly(-5);
        } finally {
            System.clearProperty(PROPERTY);
        }
    }
}
