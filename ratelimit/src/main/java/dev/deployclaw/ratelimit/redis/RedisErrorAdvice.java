package dev.deployclaw.ratelimit.redis;

import java.util.Map;
import java.util.Optional;

/** What a node says that refuses a user or its rights, by the first word, and what to do then. */
public final class RedisErrorAdvice {
  private static final Map<String, String> REMEDIES =
      Map.of(
          "NOAUTH", "it requires a user: give --redis-user and --redis-password-file",
          "WRONGPASS", "check --redis-user and --redis-password-file",
          "NOPERM", "give the user what docs/tasks/credentials.md lists");

  private RedisErrorAdvice() {}

  /** Empty where the message is about something else. */
  public static Optional<String> words(String message) {
    int space = message.indexOf(' ');
    return Optional.ofNullable(REMEDIES.get(space < 0 ? message : message.substring(0, space)))
        .map(remedy -> message.replaceFirst("\\.$", "") + ": " + remedy);
  }
}
