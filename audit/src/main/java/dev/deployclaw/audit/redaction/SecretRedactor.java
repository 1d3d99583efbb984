package dev.deployclaw.audit.redaction;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Takes secrets out of text before it becomes part of a record: the configured ones by value, in
 * each usual spelling, and whatever has the shape of a credential. Rather masks too much than too
 * little. Work grows with the length of a text alone. Immutable.
 */
public final class SecretRedactor {
  static final String MASK = MaskedTextBuilder.MASK;

  /** Shorter secrets can't be told from ordinary text, so they aren't looked for by value. */
  static final int SHORTEST_SECRET = 4;

  /**
   * Secrets of fewer characters are left in what is printed: there, unlike in a record, a digest or
   * a number that holds one by chance would be changed after it was signed.
   */
  static final int SHORTEST_PRINTED = 8;

  private final KnownSecretMasker known;
  private final KnownSecretMasker printed;

  private SecretRedactor(KnownSecretMasker known, KnownSecretMasker printed) {
    this.known = known;
    this.printed = printed;
  }

  /**
   * @param secrets values that must never be seen, however they are spelled
   */
  public static SecretRedactor of(Collection<String> secrets) {
    return new SecretRedactor(
        KnownSecretMasker.of(secrets, SHORTEST_SECRET),
        KnownSecretMasker.of(secrets, SHORTEST_PRINTED));
  }

  public String text(String text) {
    return NamedSecretMasker.masked(
        CredentialPatternMasker.masked(TokenMasker.masked(known.masked(text))));
  }

  /** The same text without secrets that are known by value, in each spelling. */
  public String byValue(String text) {
    return known.masked(text);
  }

  /**
   * The same text without secrets that are known by value and without tokens that speak for
   * themselves: for what is printed. Leaves the structure of JSON as it is.
   */
  public String printed(String text) {
    return CredentialPatternMasker.pem(TokenMasker.masked(printed.masked(text)), false);
  }

  /**
   * The same value with the strings in it redacted, keys included; whatever stands under the name
   * of a secret is masked as a whole, but for a truth value.
   */
  public Map<String, Object> facts(Map<?, ?> facts) {
    var out = new TreeMap<String, Object>();
    facts.forEach(
        (key, value) -> out.put(free(text((String) key), out), fact((String) key, value)));
    return out;
  }

  private Object fact(String key, Object value) {
    boolean secret =
        (!(value instanceof Boolean) && NamedSecretMasker.names(key))
            || (key.equals("auth")
                && value instanceof String s
                && CredentialPatternMasker.isUser(s));
    return secret ? MASK : value(value);
  }

  private Object value(Object value) {
    return switch (value) {
      case String s -> text(s);
      case Map<?, ?> map -> facts(map);
      case List<?> list -> list.stream().map(this::value).toList();
      default -> value;
    };
  }

  /** Two keys that become one by redaction both stay. */
  private static String free(String key, Map<String, Object> taken) {
    String free = key;
    for (int n = 2; taken.containsKey(free); n++) {
      free = key + "#" + n;
    }
    return free;
  }
}
