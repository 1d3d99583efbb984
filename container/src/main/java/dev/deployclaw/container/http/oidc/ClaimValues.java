package dev.deployclaw.container.http.oidc;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A claim's texts: those of a list, or of one text with spaces between them. */
final class ClaimValues {
  private ClaimValues() {}

  /**
   * @param path a claim's whole name, or dots that lead into objects; the name comes first
   */
  static List<String> of(Map<?, ?> claims, String path) {
    if (claims.containsKey(path)) {
      return texts(claims.get(path));
    }
    int dot = path.indexOf('.');
    return dot > 0 && claims.get(path.substring(0, dot)) instanceof Map<?, ?> inner
        ? of(inner, path.substring(dot + 1))
        : List.of();
  }

  private static List<String> texts(Object value) {
    return switch (value) {
      case List<?> list ->
          list.stream().filter(String.class::isInstance).map(String.class::cast).toList();
      case String text -> Stream.of(text.split(" ", -1)).filter(t -> !t.isEmpty()).toList();
      case null, default -> List.of();
    };
  }
}
