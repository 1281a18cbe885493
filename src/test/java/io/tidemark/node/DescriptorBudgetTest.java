package io.tidemark.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.disk.Disk;
import org.junit.jupiter.api.Test;

class DescriptorBudgetTest {

    @Test
    void clients_andAllElse_fitTheLimit() {
        for (long limit : new long[] {256, 1_024, 4_096, 20_000}) {
            DescriptorBudget budget = new DescriptorBudget(limit, 80, 4);
            for (int files = 0; files < 60; files += 20) {
                assertThat(budget.clients(files) + 80 + files + budget.operators())
                        .as("of %d with %d files", limit, files)
                        .isLessThan((int) limit);
            }
            assertThat(budget.clients(20)).isEqualTo(budget.clients(0) - 20);
        }
        assertThat(new DescriptorBudget(1_024, 80, 4).clients(10)).isGreaterThan(750);
    }

    @Test
    void clients_whateverTheLimit_areSome() {
        assertThat(new DescriptorBudget(64, 80, 4).clients(0)).isPositive();
        assertThat(new DescriptorBudget(1_024, 80, 4).clients(5_000)).isPositive();
    }

    @Test
    void clients_limitUnknown_areNotBounded() {
        assertThat(new DescriptorBudget(Long.MAX_VALUE, 0, 4).clients(100)).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void now_ofThisProcess_isPlausible() {
        DescriptorBudget now = DescriptorBudget.now(4);
        assertThat(now.limit()).isGreaterThan(now.jvm());
        // other tests in this process may have left files to the garbage collector, which are counted as open still
        assertThat(now.jvm() + Disk.openFiles()).isPositive();
    }
}
