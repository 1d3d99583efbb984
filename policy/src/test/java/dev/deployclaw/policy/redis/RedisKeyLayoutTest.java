package dev.deployclaw.policy.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class RedisKeyLayoutTest {

  @Test
  void slotsAreTheClustersOwn() {
    assertThat(RedisKeyLayout.slot("123456789")).isEqualTo(0x31C3 & 16383);
    assertThat(RedisKeyLayout.slot("{t1}:a")).isEqualTo(8943);
    assertThat(RedisKeyLayout.slot("t1")).isEqualTo(8943);
    assertThat(RedisKeyLayout.slot("{é}:a")).isEqualTo(RedisKeyLayout.slot("é")).isEqualTo(10180);
    assertThat(RedisKeyLayout.slot("{}:a")).isNotEqualTo(RedisKeyLayout.slot("{}:b"));
  }

  @Test
  void allKeysOfARootShareASlot() {
    int slot = RedisKeyLayout.slot("acme");

    assertThat(RedisKeyLayout.slot(RedisKeyLayout.policyKey("acme", "shop"))).isEqualTo(slot);
    assertThat(RedisKeyLayout.slot(counter("shop", "a", "{other}"))).isEqualTo(slot);
    assertThat(RedisKeyLayout.slot(RedisKeyLayout.probeKey("acme", "arch-1", "x"))).isEqualTo(slot);
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
              RedisKeyLayout.counterKey(
                  "acme",
                  "t",
                  limit,
                  List.of(
                      RedisKeyLayout.part("client", first),
                      RedisKeyLayout.part("header.a", second))));
          made++;
        }
      }
    }

    assertThat(keys).hasSize(made);
  }

  @Test
  void everySlotHasAFenceKey() {
    var covered = new BitSet(RedisKeyLayout.SLOTS);
    for (int n = 0; n < RedisKeyLayout.MOST_FENCES; n++) {
      covered.set(RedisKeyLayout.slot("dc:fence:{" + n + "}"));
    }

    assertThat(covered.cardinality()).isEqualTo(RedisKeyLayout.SLOTS);
    assertThat(RedisKeyLayout.fenceKey(_ -> true)).isEqualTo("dc:fence:{0}");
    assertThatThrownBy(() -> RedisKeyLayout.fenceKey(_ -> false))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static String counter(String tenant, String limit, String client) {
    return RedisKeyLayout.counterKey(
        "acme", tenant, limit, List.of(RedisKeyLayout.part("client", client)));
  }
}
