package io.tidemark.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.redis.protocol.Resp;
import org.junit.jupiter.api.Test;

class KeySlotsTest {

    @Test
    void crc16_checkString_isXmodem() {
        assertThat(KeySlots.crc16(Resp.bytes("123456789"), 0, 9)).isEqualTo(0x31C3);
    }

    @Test
    void slot_knownKeys_areAsInRedisCluster() {
        assertThat(slot("foo")).isEqualTo(12182);
        assertThat(slot("bar")).isEqualTo(5061);
        assertThat(slot("hello")).isEqualTo(866);
        assertThat(slot("")).isZero();
        assertThat(slot("somekey")).isEqualTo(11058);
    }

    @Test
    void slot_tagInBraces_countsAlone() {
        assertThat(slot("{foo}.bar")).isEqualTo(12182);
        assertThat(slot("a{foo}{bar}")).isEqualTo(12182);
        assertThat(slot("foo{{bar}}zap")).isEqualTo(slot("{bar"));
    }

    @Test
    void slot_emptyOrOpenTag_countsWhole() {
        assertThat(slot("foo{}{bar}")).isNotEqualTo(slot("bar")).isEqualTo(whole("foo{}{bar}"));
        assertThat(slot("foo{bar")).isEqualTo(whole("foo{bar"));
    }

    @Test
    void shard_allSlots_areContiguousRanges() {
        assertThat(KeySlots.shard(Resp.bytes("foo"), 1)).isZero();
        assertThat(KeySlots.shard(Resp.bytes("foo"), 16)).isEqualTo(12182 / 1024);
        assertThat(KeySlots.shard(Resp.bytes("foo"), KeySlots.SLOTS)).isEqualTo(12182);
        assertThat(KeySlots.shard(Resp.bytes("foo"), 3)).isEqualTo(2);
    }

    private static int slot(String key) {
        return KeySlots.slot(Resp.bytes(key));
    }

    private static int whole(String key) {
        return KeySlots.crc16(Resp.bytes(key), 0, key.length()) % KeySlots.SLOTS;
    }
}
