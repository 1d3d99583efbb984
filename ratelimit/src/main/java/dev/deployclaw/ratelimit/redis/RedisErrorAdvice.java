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

  private static final int MOST_CAUSES = 10;
  private static final String NO_TLS = ": if it doesn't use TLS, give --redis-tls=off";

  private RedisErrorAdvice() {}

  /** Empty where the message is about something else. */
  public static Optional<String> words(String message) {
    int space = message.indexOf(' ');
    return Optional.ofNullable(REMEDIES.get(space < 0 ? message : message.substring(0, space)))
        .map(remedy -> message.replaceFirst("\\.$", "") + ": " + remedy);
  }

  /**
   * What to do where a connection comes to nothing because of TLS, or of its absence, in words that
   * name a setting.
   */
  static String words(Throwable e, Optional<RedisClusterSettings.Tls> tls) {
    var last = e;
    for (int i = 0; i < MOST_CAUSES && last.getCause() != null; i++) {
      last = last.getCause();
    }
    String said = String.valueOf(last.getMessage());
    return tls.isEmpty() ? said : said + remedy(e + " " + said);
  }

  /** The node took the connection and said nothing while TLS was agreed on. */
  static String unanswered(Optional<RedisClusterSettings.Tls> tls) {
    return tls.isEmpty() ? "" : NO_TLS;
  }

  /** The node closed a connection before it said anything. */
  static String closed(Optional<RedisClusterSettings.Tls> tls) {
    return tls.isEmpty()
        ? ": if it requires TLS, give --redis-tls=on"
        : ": if it requires a certificate, give --redis-cert-file and --redis-key-file";
  }

  private static String remedy(String said) {
    if (said.contains("No subject alternative") || said.contains("No name matching")) {
      return ": its certificate must name the host or address that the service connects to";
    }
    if (said.contains("certificate_required") || said.contains("bad_certificate")) {
      return ": give --redis-cert-file and --redis-key-file of an authority that it trusts";
    }
    if (said.contains("PKIX") || said.contains("unable to find valid certification path")) {
      return ": give --redis-ca-file with the authority that signed its certificate";
    }
    return said.contains("not an SSL/TLS record") || said.contains("timed out") ? NO_TLS : "";
  }
}
