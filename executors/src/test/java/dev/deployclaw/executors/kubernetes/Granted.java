package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.testkit.kubernetes.ApiServer;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the product's manifests allow the agent, as an API server with RBAC would hold it to: a
 * request in a namespace that no rule of its Role allows is refused.
 */
public final class Granted {
  private static final Path MANIFEST = Path.of("../container/kubernetes/access.yaml");

  /** Group, namespace, resource and name of a path; what stands in no namespace doesn't fit. */
  private static final Pattern PATH =
      Pattern.compile(
          "/(?:api|apis/(?<group>[^/]+))/v1/(?<inside>namespaces/(?<namespace>[^/?]+))"
              + "(?:/(?<resource>[^/?]+)(?:/(?<name>[^/?]+))?)?(?:\\?.*)?");

  private Granted() {}

  /** As {@code group/resource verb}, each. */
  static Set<String> permissions() {
    return role().getRules().stream()
        .flatMap(Granted::permissions)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The rules of the Role. */
  public static List<PolicyRule> rules() {
    return role().getRules();
  }

  /** Refuses what isn't allowed. */
  static ApiServer.Rule rule() {
    var rules = rules();
    return asked -> {
      var wanted = permission(asked.method(), asked.path());
      return wanted.isEmpty() || allowed(rules, wanted.get(), name(asked.path()))
          ? Optional.empty()
          : Optional.of(
              ApiServer.Answer.refusal(403, "Forbidden", "no rule allows " + wanted.get()));
    };
  }

  /** The permission that a request needs; empty for one that is in no namespace. */
  static Optional<String> permission(String method, String path) {
    var found = PATH.matcher(path);
    if (!found.matches()) {
      return Optional.empty();
    }
    boolean own = found.group("resource") == null;
    String resource = own ? "namespaces" : found.group("resource");
    boolean one = own || found.group("name") != null;
    String group = found.group("group") == null ? "" : found.group("group");
    return Optional.of(group + "/" + resource + " " + verb(method, one));
  }

  /** Where a rule has names, it allows those alone. */
  private static boolean allowed(List<PolicyRule> rules, String wanted, String name) {
    return rules.stream()
        .filter(rule -> permissions(rule).anyMatch(wanted::equals))
        .anyMatch(r -> r.getResourceNames().isEmpty() || r.getResourceNames().contains(name));
  }

  private static String name(String path) {
    var found = PATH.matcher(path);
    if (!found.matches()) {
      return "";
    }
    return found.group("resource") == null ? found.group("namespace") : found.group("name");
  }

  private static String verb(String method, boolean one) {
    return switch (method) {
      case "GET" -> one ? "get" : "list";
      case "POST" -> "create";
      case "PATCH" -> "patch";
      case "PUT" -> "update";
      case "DELETE" -> one ? "delete" : "deletecollection";
      default -> throw new IllegalArgumentException(method);
    };
  }

  private static Stream<String> permissions(PolicyRule rule) {
    return rule.getApiGroups().stream()
        .flatMap(group -> rule.getResources().stream().map(resource -> group + "/" + resource))
        .flatMap(what -> rule.getVerbs().stream().map(verb -> what + " " + verb));
  }

  private static Role role() {
    try {
      String text =
          Files.readString(MANIFEST).replace("gw-01", "gw"); // as tests call their gateway
      return Arrays.stream(text.split("(?m)^---$"))
          .filter(document -> document.contains("\nkind: Role\n"))
          .map(document -> (Role) new KubernetesSerialization().unmarshal(document))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
