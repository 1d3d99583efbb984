package dev.deployclaw.policy.diff;

import dev.deployclaw.policy.json.RecordJson;
import java.util.Map;
import java.util.Optional;

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
public record FieldDifference(
    Optional<String> tenant,
    Optional<String> limit,
    String field,
    Optional<String> before,
    Optional<String> after) {

  /** For JSON documents. */
  public Map<String, Object> toMap() {
    return RecordJson.map(this);
  }

  /** What {@link #toMap} wrote; empty where a map is no difference. */
  public static Optional<FieldDifference> ofMap(Map<?, ?> map) {
    return text(map, "field")
        .map(field ->
            new FieldDifference(
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

  private String value(String written) {
    return isName(written) ? "" : ": " + written;
  }

  /** Tenants and gateways come and go by their name, which is said already. */
  private boolean isName(String written) {
    return field.equals("tenant") || field.endsWith(" " + written);
  }

  /** Whether a whole tenant or gateway comes or goes, of which only its name is written. */
  boolean isOfName() {
    return before.isPresent() != after.isPresent() && isName(before.or(() -> after).orElseThrow());
  }

  /** {@code tenant}, {@code gateway}: the first word of the field. */
  String kind() {
    return field.split(" ", 2)[0];
  }

  /** Of what {@link #isOfName}. */
  String name() {
    return tenant.or(() -> after).or(() -> before).orElseThrow();
  }

  private static Optional<String> text(Map<?, ?> map, String key) {
    return map.get(key) instanceof String s ? Optional.of(s) : Optional.empty();
  }
}
