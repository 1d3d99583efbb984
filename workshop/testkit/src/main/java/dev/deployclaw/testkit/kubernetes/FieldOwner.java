package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Who writes, and how: one that applies and one that updates are two, even by the same name.
 *
 * @param version of the API; empty for one that applies
 * @param subresource such as {@code status}; empty for the object itself
 */
public record FieldOwner(String manager, String operation, String version, String subresource) {
  private static final String APPLY = "Apply";
  private static final String UPDATE = "Update";

  public static FieldOwner applies(String manager) {
    return new FieldOwner(manager, APPLY, "", "");
  }

  public static FieldOwner updates(String manager, String version, String subresource) {
    return new FieldOwner(manager, UPDATE, version, subresource);
  }

  static FieldOwner read(JsonNode entry) {
    String operation = entry.path("operation").asText();
    String version = operation.equals(APPLY) ? "" : entry.path("apiVersion").asText();
    return new FieldOwner(
        entry.path("manager").asText(), operation, version, entry.path("subresource").asText());
  }

  /** As the API server words a conflict with it. */
  String words() {
    String out = "\"" + manager + "\"";
    if (!subresource.isEmpty()) {
      out += " with subresource \"" + subresource + "\"";
    }
    return operation.equals(UPDATE) ? out + " using " + version : out;
  }
}
