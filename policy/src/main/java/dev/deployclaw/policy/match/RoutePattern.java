package dev.deployclaw.policy.match;

import java.util.Comparator;

/**
 * The route of a match. {@code *} stands for any run of characters, slashes included; a pattern
 * without one covers its path and all paths below it ({@code /search} covers {@code /search/x}, not
 * {@code /searching}).
 */
public record RoutePattern(String text) {

  /**
   * Most specific first: more characters that aren't {@code *}, then fewer {@code *}. Patterns that
   * it calls equal are equally specific, which doesn't mean that they cover the same paths.
   */
  public static final Comparator<RoutePattern> MOST_SPECIFIC_FIRST =
      Comparator.comparingInt((RoutePattern p) -> p.text().length() - p.wildcards())
          .reversed()
          .thenComparingInt(RoutePattern::wildcards);

  public boolean covers(String path) {
    return isPlain() ? coversTree(path) : coversWild(path);
  }

  /**
   * Whether this surely covers all that {@code other} covers. Sound, not complete: it may say no of
   * two patterns with {@code *} where the answer is yes.
   */
  public boolean includes(RoutePattern other) {
    if (text.equals(other.text)) {
      return true;
    }
    if (isPlain()) {
      return other.isPlain() ? covers(other.text) : text.equals("/") || holdsBelow(other.text);
    }
    return other.isPlain() ? text.endsWith("*") && covers(other.text) : coversWild(other.text);
  }

  public boolean isPlain() {
    return text.indexOf('*') < 0;
  }

  private int wildcards() {
    return (int) text.chars().filter(c -> c == '*').count();
  }

  private boolean coversTree(String path) {
    if (!path.startsWith(text)) {
      return false;
    }
    return path.length() == text.length()
        || text.endsWith("/")
        || path.charAt(text.length()) == '/';
  }

  /** Whether all that {@code pattern} covers begins with this path and a slash. */
  private boolean holdsBelow(String pattern) {
    return pattern.startsWith(text.endsWith("/") ? text : text + "/");
  }

  /** Greedy match that goes back only to the last {@code *}: at most pattern x path steps. */
  private boolean coversWild(String path) {
    int at = 0;
    int p = 0;
    int star = -1;
    int resume = 0;
    while (at < path.length()) {
      if (p < text.length() && text.charAt(p) == '*') {
        star = p++;
        resume = at;
      } else if (p < text.length() && text.charAt(p) == path.charAt(at)) {
        p++;
        at++;
      } else if (star >= 0) {
        p = star + 1;
        at = ++resume;
      } else {
        return false;
      }
    }
    return text.substring(p).chars().allMatch(c -> c == '*');
  }
}
