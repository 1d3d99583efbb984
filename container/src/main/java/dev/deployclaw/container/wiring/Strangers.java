package dev.deployclaw.container.wiring;

import dev.deployclaw.executors.redis.ForeignKeys;
import dev.deployclaw.policy.imports.Adoption;
import dev.deployclaw.policy.imports.KeyPattern;
import java.io.IOException;

/**
 * A Redis in which others keep limits of their own.
 *
 * @param password empty for none
 */
public record Strangers(String host, int port, String user, String password) {
  /**
   * Reads what it holds under a pattern, and who writes there.
   *
   * @throws IOException when it can't be asked
   */
  public void into(Adoption adoption, KeyPattern pattern) throws IOException {
    var found = ForeignKeys.read(new ForeignKeys.Node(host, port, user, password), pattern.glob());
    adoption.keys(
        pattern,
        found.keys().stream()
            .map(k -> new Adoption.Key(k.name(), k.value(), k.expires()))
            .toList());
    String named = "redis " + host + ":" + port + ": ";
    found.writers().forEach(w -> adoption.writer(named + w));
    if (!found.whole()) {
      adoption.writer(named + "has more keys than were looked through");
    }
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
