package dev.deployclaw.testkit.kubernetes.access;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What somebody wants to do.
 *
 * @param verb such as {@code patch}
 * @param resource such as {@code deployments}, or {@code deployments/status}
 * @param namespace empty for the whole cluster
 * @param name empty for a collection
 */
public record AccessAttempt(
    String verb, String group, String resource, String namespace, String name) {
  static AccessAttempt of(JsonNode attributes) {
    String part = attributes.path("subresource").asText();
    String resource = attributes.path("resource").asText();
    return new AccessAttempt(
        attributes.path("verb").asText(),
        attributes.path("group").asText(),
        part.isEmpty() ? resource : resource + "/" + part,
        attributes.path("namespace").asText(),
        attributes.path("name").asText());
  }

  String words(ClientUser user) {
    String place =
        namespace.isEmpty() ? "at the cluster scope" : "in the namespace \"" + namespace + "\"";
    return "User \"%s\" cannot %s resource \"%s\" in API group \"%s\" %s"
        .formatted(user.name(), verb, resource, group, place);
  }
}
