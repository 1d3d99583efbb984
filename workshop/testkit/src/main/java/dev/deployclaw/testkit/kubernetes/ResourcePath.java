package dev.deployclaw.testkit.kubernetes;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a path of the API means: a collection where it has no name, else an object or a part of one.
 *
 * @param group of the API; empty for the core
 * @param namespace empty for what is in none, and for a collection of all namespaces
 * @param plural such as {@code deployments}
 * @param part such as {@code status}; empty for the object itself
 */
public record ResourcePath(
    String group, String namespace, String plural, String name, String part) {
  private static final Pattern PATH =
      Pattern.compile(
          "/(?:api/v1|apis/(?<group>[^/]+)/v1)(?:/namespaces/(?<namespace>[^/]+))?"
              + "/(?<plural>[a-z]+)(?:/(?<name>[^/]+)(?:/(?<part>[a-z]+))?)?");
  private static final Pattern NAMESPACE =
      Pattern.compile("/api/v1/namespaces(?:/(?<name>[^/]+)(?:/(?<part>status|finalize))?)?");

  private static final Map<String, List<String>> KINDS =
      Map.of(
          "",
          List.of(
              "ConfigMap Event Namespace Node Pod Secret Service ServiceAccount".split(" ", -1)),
          "apps",
          List.of("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"),
          "rbac.authorization.k8s.io",
          List.of("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"),
          "authorization.k8s.io",
          List.of("SelfSubjectAccessReview", "SelfSubjectRulesReview"),
          "admissionregistration.k8s.io",
          List.of("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"),
          "networking.k8s.io",
          List.of("NetworkPolicy"),
          "policy",
          List.of("PodDisruptionBudget"),
          "coordination.k8s.io",
          List.of("Lease"));

  /** Empty for a path that is none of a resource. */
  static Optional<ResourcePath> of(String path) {
    var own = NAMESPACE.matcher(path);
    if (own.matches()) {
      String name = text(own.group("name"));
      return Optional.of(new ResourcePath("", name, "namespaces", name, text(own.group("part"))));
    }
    var found = PATH.matcher(path);
    return found.matches()
        ? Optional.of(
            new ResourcePath(
                text(found.group("group")),
                text(found.group("namespace")),
                found.group("plural"),
                text(found.group("name")),
                text(found.group("part"))))
        : Optional.empty();
  }

  private static String text(@Nullable String group) {
    return group == null ? "" : group;
  }

  /** Empty for one that is not served. */
  Optional<String> kind() {
    return KINDS.getOrDefault(group, List.of()).stream()
        .filter(k -> plural(k).equals(plural))
        .findFirst();
  }

  private static String plural(String kind) {
    String one = kind.toLowerCase(Locale.ROOT);
    return one.endsWith("y") ? one.substring(0, one.length() - 1) + "ies" : one + "s";
  }

  boolean isCollection() {
    return name.isEmpty();
  }

  boolean isPod() {
    return group.isEmpty() && plural.equals("pods") && !isCollection();
  }

  /** As {@code apiVersion} says it. */
  String version() {
    return group.isEmpty() ? "v1" : group + "/v1";
  }

  /** Of the object or the collection, without a part of it. */
  String path() {
    String base = group.isEmpty() ? "/api/v1" : "/apis/" + group + "/v1";
    boolean inside = !namespace.isEmpty() && !plural.equals("namespaces");
    String all = base + (inside ? "/namespaces/" + namespace : "") + "/" + plural;
    return name.isEmpty() ? all : all + "/" + name;
  }

  /** As messages say it: {@code deployments.apps}. */
  String qualified() {
    return group.isEmpty() ? plural : plural + "." + group;
  }

  ResourcePath named(String other) {
    boolean own = plural.equals("namespaces");
    return new ResourcePath(group, own ? other : namespace, plural, other, "");
  }
}
