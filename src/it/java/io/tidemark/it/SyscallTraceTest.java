package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SyscallTraceTest {

    @Test
    void parse_everyKindOfLine_keepsTheBeginnings() {
        List<SyscallTrace.Call> calls = SyscallTrace.parse(List.of(
                "123 1700000000.000001 fdatasync(45</d/shard-0000/log/0000000001.log>) = 0",
                "123 1700000000.000002 fsync(46</d/shard-0000/data> <unfinished ...>",
                "124 1700000000.000003 <... fsync resumed>) = 0",
                "125 1700000000.000004 msync(0x7f0000000000, 4096, MS_SYNC) = 0",
                "125 1700000000.000005 pwrite64(47</d/x.data>, \"ab(<>\"..., 100, 0) = 100",
                "125 1700000000.000006 --- SIGSEGV {si_signo=SIGSEGV} ---",
                "125 1700000000.000007 +++ exited with 0 +++"));
        assertThat(calls)
                .containsExactly(
                        new SyscallTrace.Call(
                                Instant.ofEpochSecond(1_700_000_000L, 1_000),
                                "fdatasync",
                                "/d/shard-0000/log/0000000001.log",
                                123),
                        new SyscallTrace.Call(
                                Instant.ofEpochSecond(1_700_000_000L, 2_000), "fsync", "/d/shard-0000/data", 123),
                        new SyscallTrace.Call(Instant.ofEpochSecond(1_700_000_000L, 4_000), "msync", "", 125),
                        new SyscallTrace.Call(
                                Instant.ofEpochSecond(1_700_000_000L, 5_000), "pwrite64", "/d/x.data", 125));
    }
}
