package dev.deployclaw.policy.gateway;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * How a rendered Envoy refuses ambiguous paths: before all other routes, on the path as its
 * normalization leaves it, which is the path that it forwards. Several small expressions, since
 * Envoy takes none whose program has more than 100 steps; RE2 knows no look-ahead.
 */
record EnvoyPathRules(PathStrictness spelling) {
  /** First: what has other bytes none of the others covers, since they cover ASCII alone. */
  private static final String VISIBLE = "[!-\"$-\\[\\]-~]*(?:\\?[!-~]*)?";

  private static final String ASCII = "[!-~]*";
  private static final String TEXT = "[\\t -~]*";
  private static final String ONE_HOST = "[0-9A-Za-z.:_\\[\\]-]*";

  /** What none may contain: of {@link PathStrictness#STRICT}, what normalization leaves. */
  private static final List<String> AMBIGUOUS =
      List.of(
          ";|%3b",
          "%(?:[01][0-9a-f]|7f|2f|5c)",
          "%(?:2[de]|3[0-9]|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae])",
          "%25(?:[0-9a-f]{2}|u)",
          "%(?:[!-/:-@g-~]|$|[0-9a-f](?:[!-/:-@g-~]|$))",
          "%(?:c[01]|c2%[89]|e0%[89]|ed%[ab]|f0%8|f[5-9a-f])",
          "/(?:\\.|%20)+(?:/|$)");

  /** For {@code path_with_escaped_slashes_action}: slash and backslash. */
  String escapedSlashes() {
    return refuses() ? "REJECT_REQUEST" : "UNESCAPE_AND_FORWARD";
  }

  /** Headers that would be another path to an upstream. */
  List<String> overrides() {
    return refuses() ? PathStrictness.OVERRIDES : List.of();
  }

  /**
   * They answer 400 themselves, and nobody is asked about what they match. A question that isn't
   * UTF-8 is an error, and where Envoy opens without the service, an error passes.
   *
   * @param told the headers that the service is told
   */
  List<Object> routes(Map<String, Object> unasked, Collection<String> told) {
    var out = new ArrayList<Object>();
    out.add(refusal(unless(":authority", ONE_HOST), unasked));
    out.add(refusal(unless(":path", refuses() ? VISIBLE : ASCII), unasked));
    told.forEach(name -> out.add(refusal(unless(name, TEXT), unasked)));
    if (refuses()) {
      for (String part : AMBIGUOUS) {
        out.add(refusal(Map.of("safe_regex", regex(ASCII + "(?i:" + part + ")" + ASCII)), unasked));
      }
    }
    return out;
  }

  private boolean refuses() {
    return spelling != PathStrictness.ANY;
  }

  private static Map<String, Object> refusal(
      Map<String, Object> match, Map<String, Object> unasked) {
    return Map.of(
        "match", match,
        "direct_response", Map.of("status", 400),
        "typed_per_filter_config", unasked);
  }

  private static Map<String, Object> unless(String header, String expression) {
    var named =
        Map.of(
            "name",
            header,
            "string_match",
            Map.of("safe_regex", regex(expression)),
            "treat_missing_header_as_empty",
            true,
            "invert_match",
            true);
    return Map.of("prefix", "/", "headers", List.of(named));
  }

  /** It must cover the whole value; of {@code safe_regex} in a route the path without its query. */
  private static Map<String, Object> regex(String expression) {
    return Map.of("regex", expression);
  }
}
