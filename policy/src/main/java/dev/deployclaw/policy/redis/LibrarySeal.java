package dev.deployclaw.policy.redis;

import dev.deployclaw.policy.json.CanonicalJson;
import java.nio.charset.StandardCharsets;

/**
 * The last line of a library's source: a comment with the hash of all that stands before it. By it
 * the code of another version of the agent, which is whole, is told from code that somebody
 * changed. It is no signature: who knows how can write one.
 */
final class LibrarySeal {
  private static final String LINE = "-- sealed ";

  private LibrarySeal() {}

  static String on(String source) {
    return source + line(source);
  }

  static boolean holds(String sealed) {
    int at = sealed.lastIndexOf(LINE);
    return at > 0 && sealed.substring(at).equals(line(sealed.substring(0, at)));
  }

  private static String line(String source) {
    return LINE + CanonicalJson.sha256(source.getBytes(StandardCharsets.UTF_8)) + "\n";
  }
}
