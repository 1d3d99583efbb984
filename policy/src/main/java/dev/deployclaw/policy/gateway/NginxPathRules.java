package dev.deployclaw.policy.gateway;

import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/** How a gateway's file refuses ambiguous paths, in NGINX's language. */
record NginxPathRules(PathStrictness spelling) {
  /** Where they are sent before a location is chosen; nobody can ask for it. */
  private static final String REFUSE = "rewrite ^ /_dc/ambiguous last;\n";

  /** In the block {@code http}. What the expression can't be tried on isn't plain either. */
  String shared() {
    return spelling
        .targets()
        .map(targets ->
            """
            map $request_uri $dc_path {
                %s plain;
                default ambiguous;
            }
            """
                .formatted(quoted("~" + targets)))
        .orElse("");
  }

  /** In the server, where it runs before the question. */
  String refusal() {
    return spelling == PathStrictness.ANY
        ? ""
        : "if ($dc_path != plain) {\n    " + REFUSE + "}\n\n";
  }

  /** In the server: headers that would be another path to an upstream are emptied. */
  String headers() {
    return spelling == PathStrictness.ANY
        ? ""
        : PathStrictness.OVERRIDES.stream()
            .map(name -> "proxy_set_header " + name + " \"\";\n")
            .collect(Collectors.joining());
  }

  /** The answer. */
  String refused() {
    return spelling == PathStrictness.ANY
        ? ""
        : """
        location = /_dc/ambiguous {
            internal;
            default_type application/problem+json;
            return 400 '{"status":400,"title":"The path can be read in several ways","detail":"%s"}';
        }
        """
            .formatted("write it without dot and empty segments, and encode only what needs it");
  }

  /** In a location: an encoded slash must not be what made it the location of a request. */
  String below(String prefix) {
    return spelling != PathStrictness.ENCODED_SLASH || prefix.isEmpty()
        ? ""
        : "if ($request_uri !~ %s) {\n    %s}\n"
            .formatted(quoted("^" + spelled(prefix) + "(?:[/?]|\\z)"), REFUSE);
  }

  static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  /** A prefix as clients write it: what may be encoded stands for itself or is. */
  private static String spelled(String prefix) {
    var out = new StringBuilder();
    for (byte octet : prefix.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (octet & 0xff);
      String itself = "\\x%02x".formatted((int) c);
      boolean unreserved = c < 0x80 && (Character.isLetterOrDigit(c) || "-._~/".indexOf(c) >= 0);
      out.append(unreserved ? itself : "(?:%s|(?i:%%%02x))".formatted(itself, (int) c));
    }
    return out.toString();
  }
}
