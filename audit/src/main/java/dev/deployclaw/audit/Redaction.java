package dev.deployclaw.audit;

import dev.deployclaw.policy.json.Canonical;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Takes secrets out of text before it becomes part of a record: the configured ones by value, and
 * whatever has the shape of a credential. Rather masks too much than too little. Immutable.
 */
public final class Redaction {
  static final String MASK = "***";

  /** Shorter secrets can't be told from ordinary text, so they aren't looked for by value. */
  static final int SHORTEST_SECRET = 4;

  private static final String SECRET_WORD =
      "(?:password|passwd|passphrase|secret|api[_-]?key|access[_-]?key|private[_-]?key"
          + "|auth[_-]?token|access[_-]?token|refresh[_-]?token|session[_-]?token|credential)";
  private static final Pattern SECRET_NAME =
      Pattern.compile("(?i)(?:[\\w.-]{0,40}" + SECRET_WORD + "[\\w.-]{0,40}|token|authorization)");

  /**
   * Each name of a secret has one, in any case; so has what stands before {@code =} and a secret.
   */
  private static final List<String> SECRET_WORDS =
      List.of("pass", "secret", "key", "token", "credential");

  private static final List<String> NAME_WORDS =
      Stream.concat(SECRET_WORDS.stream(), Stream.of("authorization")).toList();
  private static final List<Rule> TOKENS = tokens();
  private static final List<Rule> RULES = rules();

  /**
   * Secrets of fewer characters are left in what is printed: there, unlike in a record, a digest or
   * a number that holds one by chance would be changed after it was signed.
   */
  static final int SHORTEST_PRINTED = 8;

  private final List<String> secrets;

  private Redaction(List<String> secrets) {
    this.secrets = secrets;
  }

  /**
   * A shape and what stands in its place.
   *
   * @param words of which every text of that shape has one, in any case: most texts have none, and
   *     needn't be searched for the shape
   */
  private record Rule(List<String> words, Pattern shape, String replacement) {
    Rule {
      words = List.copyOf(words);
    }

    /**
     * @param lower the text in lower case, before anything was masked in it
     */
    String masked(String text, String lower) {
      return holdsAny(lower, words) ? shape.matcher(text).replaceAll(replacement) : text;
    }
  }

  private static Rule rule(List<String> words, String shape, String replacement) {
    return new Rule(words, Pattern.compile(shape), replacement);
  }

  private static boolean holdsAny(String lower, List<String> words) {
    for (String word : words) {
      if (lower.contains(word)) {
        return true;
      }
    }
    return false;
  }

  /**
   * @param secrets values that must never be seen; nor as a URL or a JSON string spells them
   */
  public static Redaction of(Collection<String> secrets) {
    return new Redaction(
        secrets.stream()
            .filter(s -> s.length() >= SHORTEST_SECRET)
            .flatMap(Redaction::spellings)
            .distinct()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList());
  }

  public String text(String text) {
    String out = text;
    for (String secret : secrets) {
      out = out.replace(secret, MASK);
    }
    return masked(out, RULES);
  }

  /**
   * The same text without secrets that are known by value and without tokens that speak for
   * themselves: for what is printed. Leaves the structure of JSON as it is.
   */
  public String printed(String text) {
    String out = text;
    for (String secret : secrets) {
      out = secret.length() < SHORTEST_PRINTED ? out : out.replace(secret, MASK);
    }
    return masked(out, TOKENS);
  }

  private static String masked(String text, List<Rule> rules) {
    String lower = text.toLowerCase(Locale.ROOT);
    String out = text;
    for (Rule rule : rules) {
      out = rule.masked(out, lower);
    }
    return out;
  }

  /** The same value with the strings in it redacted, keys included. */
  public Map<String, Object> facts(Map<?, ?> facts) {
    var out = new TreeMap<String, Object>();
    facts.forEach((key, value) -> out.put(free(text((String) key), out), fact(key, value)));
    return out;
  }

  private Object fact(Object key, Object value) {
    return value instanceof String && namesSecret((String) key) ? MASK : value(value);
  }

  private static boolean namesSecret(String key) {
    return holdsAny(key.toLowerCase(Locale.ROOT), NAME_WORDS) && SECRET_NAME.matcher(key).matches();
  }

  private Object value(Object value) {
    return switch (value) {
      case String s -> text(s);
      case Map<?, ?> map -> facts(map);
      case List<?> list -> list.stream().map(this::value).toList();
      default -> value;
    };
  }

  private static Stream<String> spellings(String secret) {
    String json = Canonical.text(secret);
    return Stream.of(
        secret,
        URLEncoder.encode(secret, StandardCharsets.UTF_8),
        json.substring(1, json.length() - 1));
  }

  /** Two keys that become one by redaction both stay. */
  private static String free(String key, Map<String, Object> taken) {
    String free = key;
    for (int n = 2; taken.containsKey(free); n++) {
      free = key + "#" + n;
    }
    return free;
  }

  /** Repetitions are bounded, so that no text makes a pattern slow. */
  private static List<Rule> tokens() {
    return List.of(
        rule(List.of("eyj"), "\\beyJ[\\w-]{8,4096}\\.[\\w-]{8,8192}\\.[\\w-]{0,4096}", MASK),
        rule(
            List.of("akia", "asia", "aroa", "aida"),
            "\\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\\b",
            MASK),
        rule(
            List.of("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
            "\\bgh[pousr]_[A-Za-z0-9]{20,255}",
            MASK),
        rule(List.of("sa", "sc", "sn", "so", "su", "sx"), "\\bS[ACNOUX][A-Z2-7]{56}\\b", MASK));
  }

  private static List<Rule> rules() {
    var named =
        List.of(
            rule(
                List.of("-----begin "),
                "(?s)-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.*?"
                    + "(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|\\z)",
                MASK),
            rule(
                List.of("://"),
                "([a-zA-Z][a-zA-Z0-9+.-]{0,20}://)([^\\s/@:]{0,256}):[^\\s/]{1,512}@",
                "$1$2:***@"),
            rule(List.of("://"), "([a-zA-Z][a-zA-Z0-9+.-]{0,20}://)[^\\s/@:]{12,512}@", "$1***@"),
            rule(
                List.of("authorization"),
                "(?i)(authorization[\"']?\\s{0,4}[:=]\\s{0,4}[\"']?)(?:(\\w{1,20})"
                    + " )?[^\\s\"',]{1,4096}",
                "$1$2 ***"),
            rule(List.of("bearer"), "(?i)\\b(bearer)\\s{1,4}[A-Za-z0-9._~+/=-]{8,4096}", "$1 ***"),
            rule(
                SECRET_WORDS,
                "(?i)("
                    + SECRET_WORD
                    + "[\\w.-]{0,40}[\"']?\\s{0,4}[=:]\\s{0,4}[\"']?)[^\\s\"',;&}\\]]{1,512}",
                "$1***"),
            rule(
                List.of("token"),
                "(?i)(\\btoken[\"']?\\s{0,4}[=:]\\s{0,4}[\"']?)[\\w.~+/=-]{12,4096}",
                "$1***"));
    return Stream.concat(named.stream(), TOKENS.stream()).toList();
  }
}
