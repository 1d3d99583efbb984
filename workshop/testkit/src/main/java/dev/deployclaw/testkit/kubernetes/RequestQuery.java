package dev.deployclaw.testkit.kubernetes;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Queries and collections as an API server reads them. */
final class RequestQuery {
  private RequestQuery() {}

  static Map<String, String> of(@Nullable String raw) {
    var out = new TreeMap<String, String>();
    if (raw != null) {
      for (String part : raw.split("&", -1)) {
        String[] pair = part.split("=", 2);
        out.put(decoded(pair[0]), pair.length > 1 ? decoded(pair[1]) : "");
      }
    }
    return out;
  }

  static boolean isIn(String object, String collection) {
    boolean own =
        object.startsWith(collection + "/") && object.indexOf('/', collection.length() + 1) < 0;
    return own || object.replaceFirst("/namespaces/[^/]+/", "/").startsWith(collection + "/");
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
