package dev.deployclaw.policy.diff;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One field that differs.
 *
 * @param tenant the tenant or group; for gateways and the probe key empty
 * @param limit the limit's name; empty for a field of the tenant itself
 * @param field its name in the document, for example {@code requests}; {@code tenant}, {@code
 *     limit} or {@code gateway} where the whole thing comes or goes
 * @param before as written in a document; empty where it wasn't there
 * @param after as written in a document; empty where it is gone
 */
public record Difference(
    Optional<String> tenant,
    Optional<String> limit,
    String field,
    Optional<String> before,
    Optional<String> after) {

  /** For JSON documents. */
  public Map<String, Object> toMap() {
    var map = new TreeMap<String, Object>();
    tenant.ifPresent(t -> map.put("tenant", t));
    limit.ifPresent(l -> map.put("limit", l));
    map.put("field", field);
    before.ifPresent(b -> map.put("before", b));
    after.ifPresent(a -> map.put("after", a));
    return map;
  }

  /** What {@link #toMap} wrote; empty where a map is no difference. */
  public static Optional<Difference> ofMap(Map<?, ?> map) {
    return text(map, "field")
        .map(field ->
            new Difference(
                text(map, "tenant"),
                text(map, "limit"),
                field,
                text(map, "before"),
                text(map, "after")));
  }

  /** For people: {@code umbrella search: requests 300 -> 600}. */
  public String text() {
    String where = tenant.orElse("") + limit.map(l -> " " + l).orElse("");
    return where.isEmpty() ? what() : where + ": " + what();
  }

  private String what() {
    if (before.isPresent() && after.isPresent()) {
      return field + " " + before.get() + " -> " + after.get();
    }
    return field
        + after.map(a -> " added" + value(a)).orElse("")
        + before.map(b -> " removed" + value(b)).orElse("");
  }

  /** Tenants and gateways come and go by their name, which is said already. */
  private String value(String written) {
    boolean said = field.equals("tenant") || field.endsWith(" " + written);
    return said ? "" : ": " + written;
  }

  private static Optional<String> text(Map<?, ?> map, String key) {
    return map.get(key) instanceof String s ? Optional.of(s) : Optional.empty();
  }
}
