package dev.deployclaw.testkit.kubernetes.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Roles and bindings as an API server keeps them, and what they allow ({@code
 * plugin/pkg/auth/authorizer/rbac}). Nothing else is allowed but to an administrator.
 *
 * @param objects copies of those whose path fits
 */
public record RoleAuthorizer(Function<Predicate<String>, Map<String, ObjectNode>> objects) {
  private static final String API = "/apis/rbac.authorization.k8s.io/v1/";
  private static final String ALL = "*";

  /** A binding that concerns somebody, with the rules that it gives. */
  private record Grant(String words, List<JsonNode> rules) {}

  /** Why it is refused; empty where it is allowed. */
  public Optional<String> refusal(ClientUser user, AccessAttempt attempt) {
    return allowance(user, attempt).isPresent()
        ? Optional.empty()
        : Optional.of(attempt.words(user));
  }

  /** By which binding it is allowed; empty where it isn't. */
  Optional<String> allowance(ClientUser user, AccessAttempt attempt) {
    if (user.isMaster()) {
      return Optional.of("");
    }
    return grants(user, attempt.namespace())
        .filter(g -> g.rules().stream().anyMatch(rule -> allows(rule, attempt)))
        .map(Grant::words)
        .findFirst();
  }

  List<JsonNode> rules(ClientUser user, String namespace) {
    return grants(user, namespace).flatMap(g -> g.rules().stream()).toList();
  }

  private static boolean allows(JsonNode rule, AccessAttempt attempt) {
    return has(rule.path("verbs"), attempt.verb())
        && has(rule.path("apiGroups"), attempt.group())
        && hasResource(rule.path("resources"), attempt.resource())
        && (rule.path("resourceNames").isEmpty()
            || texts(rule.path("resourceNames")).contains(attempt.name()));
  }

  private static boolean has(JsonNode list, String wanted) {
    var all = texts(list);
    return all.contains(ALL) || all.contains(wanted);
  }

  private static boolean hasResource(JsonNode list, String wanted) {
    int slash = wanted.indexOf('/');
    return has(list, wanted) || (slash >= 0 && texts(list).contains(ALL + wanted.substring(slash)));
  }

  private Stream<Grant> grants(ClientUser user, String namespace) {
    Stream<Grant> whole = bindings(API + "clusterrolebindings/", user);
    return namespace.isEmpty()
        ? whole
        : Stream.concat(whole, bindings(API + "namespaces/" + namespace + "/rolebindings/", user));
  }

  private Stream<Grant> bindings(String prefix, ClientUser user) {
    return objects.apply(path -> path.startsWith(prefix)).values().stream()
        .flatMap(binding ->
            StreamSupport.stream(binding.path("subjects").spliterator(), false)
                .filter(subject -> is(subject, user))
                .limit(1)
                .map(subject -> new Grant(words(binding, subject), rules(binding))));
  }

  private static boolean is(JsonNode subject, ClientUser user) {
    String name = subject.path("name").asText();
    return switch (subject.path("kind").asText()) {
      case "ServiceAccount" ->
          user.name()
              .equals("system:serviceaccount:" + subject.path("namespace").asText() + ":" + name);
      case "Group" -> user.groups().contains(name);
      default -> user.name().equals(name);
    };
  }

  private List<JsonNode> rules(JsonNode binding) {
    boolean whole = binding.at("/roleRef/kind").asText().equals("ClusterRole");
    String namespace = binding.at("/metadata/namespace").asText();
    String place = whole ? "clusterroles/" : "namespaces/" + namespace + "/roles/";
    String path = API + place + binding.at("/roleRef/name").asText();
    var out = new ArrayList<JsonNode>();
    objects.apply(path::equals).values().forEach(r -> r.path("rules").forEach(out::add));
    return out;
  }

  private static String words(JsonNode binding, JsonNode subject) {
    String namespace = binding.at("/metadata/namespace").asText();
    String own = subject.path("namespace").asText();
    return "RBAC: allowed by %s \"%s\" of %s \"%s\" to %s \"%s\""
        .formatted(
            namespace.isEmpty() ? "ClusterRoleBinding" : "RoleBinding",
            slashed(binding.at("/metadata/name").asText(), namespace),
            binding.at("/roleRef/kind").asText(),
            binding.at("/roleRef/name").asText(),
            subject.path("kind").asText(),
            slashed(subject.path("name").asText(), own));
  }

  private static String slashed(String name, String namespace) {
    return namespace.isEmpty() ? name : name + "/" + namespace;
  }

  private static List<String> texts(JsonNode list) {
    var out = new ArrayList<String>();
    list.forEach(item -> out.add(item.asText()));
    return out;
  }
}
