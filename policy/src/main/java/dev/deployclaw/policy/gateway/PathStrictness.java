package dev.deployclaw.policy.gateway;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Which spellings of a path a gateway passes on. Upstreams are sent the path as the client wrote
 * it, and limits are found by its normal form; what the two could read differently is refused with
 * 400, before anybody is asked about it.
 */
public enum PathStrictness {
  /**
   * One spelling for each path: no dot segments, no empty segments, no path parameters ({@code ;}),
   * no backslash, no fragment, no control characters; in percent-encoding no slash, no character
   * that needs none (RFC 3986, section 6.2.2.2), no second encoding and nothing but UTF-8.
   */
  STRICT("strict", "/"),
  /** As strict, but a slash below a route's prefix may be encoded: {@code /objects/a%2Fb}. */
  ENCODED_SLASH("encoded-slash", "(?:/|(?i:%2f))"),
  /** All: right only where upstreams resolve paths as NGINX does. */
  ANY("any", "");

  /** What may stand for itself in a segment: visible ASCII but {@code # % / ; ? \\}. */
  private static final String ITSELF = "[!\"$&-.0-:<->@-\\[\\]-~]";

  private static final String NEXT = "%[89ab][0-9a-f]";

  /** After the percent sign: ASCII that isn't unreserved, and UTF-8 (RFC 3629, section 4). */
  private static final String ENCODED =
      String.join(
          "|",
          "2[0-46-9abc]|3[ac-f]|40|5[bde]|60|7[bcd]",
          "25(?![0-9a-f]{2}|u[0-9a-f]{4})",
          "c2%[ab][0-9a-f]",
          "(?:c[3-9a-f]|d[0-9a-f])" + NEXT,
          "e0%[ab][0-9a-f]" + NEXT,
          "ed%[89][0-9a-f]" + NEXT,
          "e[1-9a-cef]" + NEXT + NEXT,
          "f0%[9ab][0-9a-f]" + NEXT + NEXT,
          "f[1-3]" + NEXT + NEXT + NEXT,
          "f4%8[0-9a-f]" + NEXT + NEXT);

  /** By which some upstreams take another path than the request's; nobody in front needs them. */
  public static final List<String> OVERRIDES = List.of("x-original-url", "x-rewrite-url");

  private final String word;
  private final String separator;

  PathStrictness(String word, String separator) {
    this.word = word;
    this.separator = separator;
  }

  /** As the configuration says it. */
  public String word() {
    return word;
  }

  public static List<String> words() {
    return Arrays.stream(values()).map(PathStrictness::word).toList();
  }

  public static Optional<PathStrictness> ofWord(String word) {
    return Arrays.stream(values()).filter(s -> s.word.equals(word)).findFirst();
  }

  /**
   * A regular expression, for PCRE and Java, that covers a whole request target in origin form just
   * where it is passed on. Empty where all are.
   */
  public Optional<String> targets() {
    if (this == ANY) {
      return Optional.empty();
    }
    String dots = "(?!(?:\\.|%20)+(?:" + separator + "|\\?|\\z))";
    String segment = dots + "(?:" + ITSELF + "|%(?i:" + ENCODED + "))++";
    return Optional.of("^(?=/)(?:" + separator + segment + ")*+" + separator + "?(?:\\?[^#]*)?\\z");
  }
}
