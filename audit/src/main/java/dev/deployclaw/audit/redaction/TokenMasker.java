package dev.deployclaw.audit.redaction;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Tokens that speak for themselves: by how they begin, how long they are, and of which characters.
 * One pass; what was no token isn't looked at again. Pure.
 */
final class TokenMasker {
  private static final int ASCII = 128;

  /** Characters of each part of a JSON web token (RFC 7519). */
  private static final int SHORTEST_PART = 8;

  /**
   * One kind.
   *
   * @param prefix what it begins with
   * @param letters of which the rest is
   * @param least characters of the rest
   * @param most of them; more are another thing
   * @param digit whether one of them is a digit; else it may be hyphenated words
   */
  private record Kind(String prefix, IntPredicate letters, int least, int most, boolean digit) {}

  private static final int ANY = Integer.MAX_VALUE;
  private static final String JWT = "eyJ";
  private static final List<Kind> KINDS = kinds();
  private static final int[][] BY_FIRST = byFirst();

  private TokenMasker() {}

  private static List<Kind> kinds() {
    IntPredicate word = c -> isWord((char) c);
    IntPredicate dashed = c -> isDashed((char) c);
    IntPredicate dotted = c -> isDashed((char) c) || c == '.';
    IntPredicate upper = c -> isUpper(c) || isDigit(c);
    IntPredicate base32 = c -> isUpper(c) || (c >= '2' && c <= '7');
    var out = new ArrayList<Kind>();
    for (String cloud : List.of("AKIA", "ASIA", "AROA", "AIDA")) { // AWS
      out.add(new Kind(cloud, upper, 16, 16, false));
    }
    for (String seed : List.of("SA", "SC", "SN", "SO", "SU", "SX")) { // NATS, nkeys
      out.add(new Kind(seed, base32, 56, 56, false));
    }
    for (String hub : List.of("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_")) {
      out.add(new Kind(hub, word, 20, ANY, false));
    }
    for (String lab : List.of("glpat-", "gldt-", "glrt-", "glptt-", "glcbt-", "glsoat-")) {
      out.add(new Kind(lab, dotted, 16, ANY, false));
    }
    for (String slack : List.of("xoxa-", "xoxb-", "xoxe-", "xoxp-", "xoxr-", "xoxs-", "xapp-")) {
      out.add(new Kind(slack, dashed, 10, ANY, false));
    }
    for (String stripe : List.of("sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_")) {
      out.add(new Kind(stripe, word, 16, ANY, false));
    }
    out.add(new Kind("sk-", dashed, 16, ANY, true)); // providers of models
    out.add(new Kind("AIza", dashed, 35, ANY, false)); // Google
    out.add(new Kind("npm_", word, 36, ANY, false));
    out.add(new Kind("dckr_pat_", dashed, 16, ANY, false));
    out.add(new Kind("hvs.", dashed, 16, ANY, false)); // Vault
    out.add(new Kind(JWT, dashed, SHORTEST_PART, ANY, false));
    return out;
  }

  private static int[][] byFirst() {
    var out = new int[ASCII][];
    for (int c = 0; c < ASCII; c++) {
      int first = c;
      out[c] =
          IntStream.range(0, KINDS.size())
              .filter(k -> KINDS.get(k).prefix.charAt(0) == first)
              .toArray();
    }
    return out;
  }

  static String masked(String text) {
    var masks = new MaskedTextBuilder(text);
    int[] none = new int[KINDS.size()]; // before that place there is none of its kind
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c < ASCII && BY_FIRST[c].length > 0 && isStart(text, at)) {
        int end = end(text, at, none);
        if (end > at) {
          masks.mask(at, end);
          at = end - 1;
        }
      }
    }
    return masks.masked();
  }

  /** Where the token ends that begins there; 0 where none does. */
  private static int end(String text, int at, int[] none) {
    for (int kind : BY_FIRST[text.charAt(at)]) {
      int end = at < none[kind] ? 0 : end(text, at, KINDS.get(kind));
      if (end > 0) {
        return end;
      }
      none[kind] = Math.max(none[kind], -end);
    }
    return 0;
  }

  /**
   * Where that kind of token ends; else at most 0: the place, negated, up to which there is no
   * other of this kind.
   */
  private static int end(String text, int at, Kind kind) {
    if (!text.startsWith(kind.prefix, at)) {
      return 0;
    }
    int from = at + kind.prefix.length();
    int end = run(text, from, kind.letters);
    int length = end - from;
    boolean whole = length <= kind.most && (kind.most == ANY || !isWordAt(text, end));
    boolean digit = !kind.digit || text.substring(from, end).chars().anyMatch(TokenMasker::isDigit);
    if (length < kind.least || !whole || !digit) {
      return -end;
    }
    return kind.prefix.equals(JWT) ? jwtEnd(text, end) : end;
  }

  /** Behind the first part follow two more; the last is empty where nothing is signed. */
  private static int jwtEnd(String text, int first) {
    if (!text.startsWith(".", first)) {
      return -first;
    }
    int second = run(text, first + 1, c -> isDashed((char) c));
    return second - first > SHORTEST_PART && text.startsWith(".", second)
        ? run(text, second + 1, c -> isDashed((char) c))
        : -first;
  }

  private static int run(String text, int from, IntPredicate letters) {
    int end = from;
    while (end < text.length() && letters.test(text.charAt(end))) {
      end++;
    }
    return end;
  }

  /** Nothing stands before it that belongs to it: a letter does, but for one of an escape. */
  private static boolean isStart(String text, int at) {
    return at == 0
        || !isWord(text.charAt(at - 1))
        || (at >= 2 && text.charAt(at - 2) == '\\')
        || (at >= 3 && text.charAt(at - 3) == '%');
  }

  private static boolean isWordAt(String text, int at) {
    return at < text.length() && isWord(text.charAt(at));
  }

  private static boolean isUpper(int c) {
    return c >= 'A' && c <= 'Z';
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  static boolean isWord(char c) {
    return (c >= 'a' && c <= 'z') || isUpper(c) || isDigit(c) || c == '_';
  }

  static boolean isDashed(char c) {
    return isWord(c) || c == '-';
  }
}
