package dev.deployclaw.executors.redis.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.redis.RedisNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** Keys of a real Redis that somebody else writes. */
class UnmanagedKeysTest {
  @TempDir Path folder;

  @Test
  void findsKeysAndWhoWritesThemAndChangesNothing() throws Exception {
    try (var redis = RedisNode.start(folder);
        var script = new Jedis(redis.address().host(), redis.address().port())) {
      script.clientSetname("limits-cron");
      script.set("rate_limit:counter", "3");
      script.expire("rate_limit:counter", 600);
      script.hset("rate_limit:hash", "a", "1");
      script.set("other:acme", "1");
      script.set("rate_limit:acme", "600");
      long before = script.dbSize();

      script.set("rate_limit:acme", "600");
      var found = UnmanagedKeys.read(node(redis), "rate_limit:*");

      assertThat(found.whole()).isTrue();
      assertThat(found.keys())
          .containsExactlyInAnyOrder(
              new UnmanagedKeys.Key("rate_limit:acme", Optional.of("600"), false),
              new UnmanagedKeys.Key("rate_limit:counter", Optional.of("3"), true),
              new UnmanagedKeys.Key("rate_limit:hash", Optional.empty(), false));
      assertThat(found.writers()).containsExactly("127.0.0.1 (limits-cron)");
      assertThat(script.dbSize()).isEqualTo(before);
    }
  }

  @Test
  void saysWhoDoesNotAnswer() {
    var nobody = new UnmanagedKeys.Node("127.0.0.1", FreePortFinder.free(), "default", "");

    assertThatThrownBy(() -> UnmanagedKeys.read(nobody, "*"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(nobody.toString());
  }

  private static UnmanagedKeys.Node node(RedisNode redis) {
    return new UnmanagedKeys.Node(redis.address().host(), redis.address().port(), "default", "");
  }
}
