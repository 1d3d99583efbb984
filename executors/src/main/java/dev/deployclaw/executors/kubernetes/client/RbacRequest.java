package dev.deployclaw.executors.kubernetes.client;

import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewSpec;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewSpecBuilder;

/**
 * One request in the words of RBAC.
 *
 * @param verb {@code get}, {@code list}, {@code create}, {@code patch}, {@code delete}
 * @param group empty for the core group
 * @param resource plural, for example {@code deployments}; or a path such as {@code /version}
 * @param namespace empty for what is in none
 * @param name empty for a list
 */
public record RbacRequest(
    String verb, String group, String resource, String namespace, String name) {
  /** Whether the request may change something. */
  boolean writes() {
    return !verb.equals("get") && !verb.equals("list");
  }

  /** For people: {@code list pods in edge-eu}, {@code patch deployments gw in edge-eu}. */
  public String words() {
    return verb
        + " "
        + resource
        + (name.isEmpty() ? "" : " " + name)
        + (namespace.isEmpty() ? "" : " in " + namespace);
  }

  /** The question whether we may send it. */
  SelfSubjectAccessReviewSpec review() {
    var review = new SelfSubjectAccessReviewSpecBuilder();
    if (resource.startsWith("/")) {
      return review.withNewNonResourceAttributes(resource, verb).build();
    }
    return review
        .withNewResourceAttributes()
        .withVerb(verb)
        .withGroup(group)
        .withResource(resource)
        .withNamespace(namespace)
        .withName(name)
        .endResourceAttributes()
        .build();
  }

  /** The rule that would allow it, and where it belongs. */
  String rule() {
    if (resource.startsWith("/")) {
      return "{nonResourceURLs: [\"%s\"], verbs: [\"%s\"]} in a ClusterRole"
          .formatted(resource, verb);
    }
    String where = namespace.isEmpty() ? "a ClusterRole" : "a Role of " + namespace;
    return "{apiGroups: [\"%s\"], resources: [\"%s\"], verbs: [\"%s\"]} in %s"
        .formatted(group, resource, verb, where);
  }
}
