package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Paths, queries and label selectors as an API server reads them. */
final class Query {
  private static final Pattern COLLECTION =
      Pattern.compile("/(api/v1|apis/[^/]+/v1)(/namespaces/[^/]+)?/[a-z]+");
  private static final Pattern NAMESPACE = Pattern.compile("/namespaces/([^/]+)/");
  private static final Pattern POD = Pattern.compile("/api/v1/namespaces/[^/]+/pods/[^/]+");
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

  /** Whether an object stands in a collection, of a namespace or of the whole cluster. */
  static boolean isIn(String object, String collection) {
    boolean own =
        object.startsWith(collection + "/") && object.indexOf('/', collection.length() + 1) < 0;
    return own || object.replaceFirst("/namespaces/[^/]+/", "/").startsWith(collection + "/");
  }

  /** That a collection is of; empty for one of the cluster. */
  static Optional<String> namespace(String collection) {
    var found = NAMESPACE.matcher(collection);
    return found.find() ? Optional.of(found.group(1)) : Optional.empty();
  }

  static boolean isPod(String path) {
    return POD.matcher(path).matches();
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
