package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.testkit.kubernetes.ApiServer.Answer;
import dev.deployclaw.testkit.kubernetes.ApiServer.Asked;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Answers to who reads. */
record ObjectReads(KubernetesObjectStore store) {
  private static final String ALL = "1000000";

  Answer get(Asked asked, ResourcePath resource) {
    synchronized (store) {
      var future = future(asked);
      if (future.isPresent()) {
        return future.get();
      }
      return store
          .object(asked.path())
          .map(Answer::of)
          .orElseGet(() -> RefusalResponses.notFound(resource));
    }
  }

  /** A continue token is "position:version"; it expires when anything was written since. */
  Answer list(Asked asked, ResourcePath resource) {
    synchronized (store) {
      String token = asked.query().getOrDefault("continue", "");
      long version = store.version();
      String[] parts = token.isEmpty() ? new String[] {"0", "" + version} : token.split(":", 2);
      if (!parts[1].equals("" + version)) {
        return Answer.refusal(
            410,
            "Expired",
            "The provided continue parameter is too old to display a consistent list result. You"
                + " can start a new list without the continue parameter, or use the continue token"
                + " in this response to retrieve the remainder of the results.");
      }
      var future = future(asked);
      if (future.isPresent()) {
        return future.get();
      }
      return page(asked, resource, Integer.parseInt(parts[0]));
    }
  }

  /** Who asks for a version that isn't there yet is to come again. */
  private Optional<Answer> future(Asked asked) {
    long wanted = Long.parseLong(asked.query().getOrDefault("resourceVersion", "0"));
    return wanted > store.version()
        ? Optional.of(RefusalResponses.tooLargeVersion(wanted, store.version()))
        : Optional.empty();
  }

  private Answer page(Asked asked, ResourcePath resource, int from) {
    var all = items(asked);
    int limit = Integer.parseInt(asked.query().getOrDefault("limit", ALL));
    int to = limit == 0 ? all.size() : Math.min(all.size(), from + limit);
    ObjectNode list = ApiServer.JSON.createObjectNode();
    list.put("kind", resource.kind().orElse("") + "List").put("apiVersion", resource.version());
    var metadata = list.putObject("metadata").put("resourceVersion", "" + store.version());
    if (to < all.size()) {
      metadata.put("continue", to + ":" + store.version());
      if (asked.query().getOrDefault("labelSelector", "").isEmpty()) {
        metadata.put("remainingItemCount", all.size() - to);
      }
    }
    list.putArray("items").addAll(all.subList(from, to));
    return Answer.of(list);
  }

  /** In a list, objects don't say their kind. */
  private List<JsonNode> items(Asked asked) {
    var labels = LabelSelector.labels(asked.query().getOrDefault("labelSelector", ""));
    var fields = LabelSelector.fields(asked.query().getOrDefault("fieldSelector", ""));
    return store.objects(path -> RequestQuery.isIn(path, asked.path())).values().stream()
        .filter(labels.and(fields))
        .sorted(Comparator.comparing(ObjectReads::key))
        .<JsonNode>map(o -> o.without(List.of("kind", "apiVersion")))
        .toList();
  }

  private static String key(ObjectNode object) {
    return object.at("/metadata/namespace").asText() + "/" + object.at("/metadata/name").asText();
  }
}
