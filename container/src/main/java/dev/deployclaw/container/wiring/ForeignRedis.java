package dev.deployclaw.container.wiring;

import dev.deployclaw.executors.redis.inspect.UnmanagedKeys;
import dev.deployclaw.policy.imports.LimitAdoption;
import dev.deployclaw.policy.imports.RedisKeyPattern;
import java.io.IOException;

/**
 * A Redis in which others keep limits of their own.
 *
 * @param password empty for none
 */
public record ForeignRedis(String host, int port, String user, String password) {
  /**
   * Reads what it holds under a pattern, and who writes there.
   *
   * @throws IOException when it can't be asked
   */
  public void into(LimitAdoption adoption, RedisKeyPattern pattern) throws IOException {
    var found =
        UnmanagedKeys.read(new UnmanagedKeys.Node(host, port, user, password), pattern.glob());
    adoption.keys(
        pattern,
        found.keys().stream()
            .map(k -> new LimitAdoption.Key(k.name(), k.value(), k.expires()))
            .toList());
    String named = "redis " + host + ":" + port + ": ";
    found.writers().forEach(w -> adoption.writer(named + w));
    if (!found.whole()) {
      adoption.writer(named + "has more keys than were checked");
    }
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
