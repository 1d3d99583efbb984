package dev.deployclaw.audit;

import dev.deployclaw.policy.json.Canonical;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
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

  /** A shape and what stands in its place. */
  private record Rule(Pattern shape, String replacement) {
    static Rule of(String shape, String replacement) {
      return new Rule(Pattern.compile(shape), replacement);
    }
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
    for (Rule rule : RULES) {
      out = rule.shape().matcher(out).replaceAll(rule.replacement());
    }
    return out;
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
    for (Rule rule : TOKENS) {
      out = rule.shape().matcher(out).replaceAll(rule.replacement());
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
    boolean named = value instanceof String && SECRET_NAME.matcher((String) key).matches();
    return named ? MASK : value(value);
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
        Rule.of("\\beyJ[\\w-]{8,4096}\\.[\\w-]{8,8192}\\.[\\w-]{0,4096}", MASK),
        Rule.of("\\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\\b", MASK),
        Rule.of("\\bgh[pousr]_[A-Za-z0-9]{20,255}", MASK),
        Rule.of("\\bS[ACNOUX][A-Z2-7]{56}\\b", MASK));
  }

  private static List<Rule> rules() {
    var named =
        List.of(
            Rule.of(
                "(?s)-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.*?"
                    + "(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|\\z)",
                MASK),
            Rule.of(
                "([a-zA-Z][a-zA-Z0-9+.-]{0,20}://)([^\\s/@:]{0,256}):[^\\s/]{1,512}@", "$1$2:***@"),
            Rule.of("([a-zA-Z][a-zA-Z0-9+.-]{0,20}://)[^\\s/@:]{12,512}@", "$1***@"),
            Rule.of(
                "(?i)(authorization[\"']?\\s{0,4}[:=]\\s{0,4}[\"']?)(?:(\\w{1,20})"
                    + " )?[^\\s\"',]{1,4096}",
                "$1$2 ***"),
            Rule.of("(?i)\\b(bearer)\\s{1,4}[A-Za-z0-9._~+/=-]{8,4096}", "$1 ***"),
            Rule.of(
                "(?i)("
                    + SECRET_WORD
                    + "[\\w.-]{0,40}[\"']?\\s{0,4}[=:]\\s{0,4}[\"']?)[^\\s\"',;&}\\]]{1,512}",
                "$1***"),
            Rule.of("(?i)(\\btoken[\"']?\\s{0,4}[=:]\\s{0,4}[\"']?)[\\w.~+/=-]{12,4096}", "$1***"));
    return Stream.concat(named.stream(), TOKENS.stream()).toList();
  }
}
