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

  /** For people: {@code acme/checkout requests: 600 -> 1200}. */
  public String text() {
    String where = tenant.orElse("") + limit.map(l -> "/" + l).orElse("");
    String what = where.isEmpty() ? field : where + " " + field;
    return what + ": " + before.orElse("(none)") + " -> " + after.orElse("(none)");
  }
}
