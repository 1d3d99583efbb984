package dev.deployclaw.executors.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Paths, queries and label selectors as an API server reads them. */
final class Query {
  private static final Pattern COLLECTION =
      Pattern.compile("/(api/v1|apis/[^/]+/v1)(/namespaces/[^/]+)?/[a-z]+");
  private static final Pattern AMONG = Pattern.compile("([^ ]+) in \\(([^)]*)\\)");

  private Query() {}

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

  /** {@code /api/v1/namespaces} and {@code /api/v1/namespaces/x/pods}, but not a single object. */
  static boolean isCollection(String path) {
    boolean namespace = path.matches("/api/v1/namespaces/[^/]+");
    return COLLECTION.matcher(path).matches() && !namespace;
  }

  static boolean isIn(String object, String collection) {
    return object.startsWith(collection + "/") && object.indexOf('/', collection.length() + 1) < 0;
  }

  static boolean selects(String selector, JsonNode object) {
    var labels = object.path("metadata").path("labels");
    String rest = selector;
    var among = AMONG.matcher(rest);
    while (among.find()) {
      var values = Arrays.asList(among.group(2).split(",", -1));
      if (!values.contains(labels.path(among.group(1).replaceAll(".*,", "")).asText())) {
        return false;
      }
    }
    rest = rest.replaceAll(",?[^ ,]+ in \\([^)]*\\)", "");
    return Arrays.stream(rest.split(",", -1))
        .filter(term -> term.contains("="))
        .map(term -> term.split("=", 2))
        .allMatch(term -> labels.path(term[0]).asText().equals(term[1]));
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
