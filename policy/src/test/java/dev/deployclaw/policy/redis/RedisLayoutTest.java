package dev.deployclaw.policy.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class RedisLayoutTest {

  @Test
  void slotsAreTheClustersOwn() {
    assertThat(RedisLayout.slot("123456789")).isEqualTo(0x31C3 & 16383);
    assertThat(RedisLayout.slot("{t1}:a")).isEqualTo(8943);
    assertThat(RedisLayout.slot("t1")).isEqualTo(8943);
    assertThat(RedisLayout.slot("{é}:a")).isEqualTo(RedisLayout.slot("é")).isEqualTo(10180);
    assertThat(RedisLayout.slot("{}:a")).isNotEqualTo(RedisLayout.slot("{}:b"));
  }

  @Test
  void allKeysOfARootShareASlot() {
    int slot = RedisLayout.slot("acme");

    assertThat(RedisLayout.slot(RedisLayout.policyKey("acme", "shop"))).isEqualTo(slot);
    assertThat(RedisLayout.slot(counter("shop", "a", "{other}"))).isEqualTo(slot);
    assertThat(RedisLayout.slot(RedisLayout.probeKey("acme", "arch-1", "x"))).isEqualTo(slot);
  }

  @Test
  void differentCountersNeverShareAKey() {
    var keys = new HashSet<String>();
    var values =
        List.of("", "a", "a:b", "b", "a%003ab", "A", "é", "~a", "=", "a=b", "\n", "x".repeat(500));
    int made = 0;
    for (var limit : List.of("a", "a-b")) {
      for (var first : values) {
        keys.add(counter("t", limit, first));
        made++;
        for (var second : values) {
          keys.add(
              RedisLayout.counterKey(
                  "acme",
                  "t",
                  limit,
                  List.of(
                      RedisLayout.part("client", first), RedisLayout.part("header.a", second))));
          made++;
        }
      }
    }

    assertThat(keys).hasSize(made);
  }

  @Test
  void everySlotHasAFenceKey() {
    var covered = new BitSet(RedisLayout.SLOTS);
    for (int n = 0; n < RedisLayout.MOST_FENCES; n++) {
      covered.set(RedisLayout.slot("dc:fence:{" + n + "}"));
    }

    assertThat(covered.cardinality()).isEqualTo(RedisLayout.SLOTS);
    assertThat(RedisLayout.fenceKey(_ -> true)).isEqualTo("dc:fence:{0}");
    assertThatThrownBy(() -> RedisLayout.fenceKey(_ -> false))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static String counter(String tenant, String limit, String client) {
    return RedisLayout.counterKey(
        "acme", tenant, limit, List.of(RedisLayout.part("client", client)));
  }
}
