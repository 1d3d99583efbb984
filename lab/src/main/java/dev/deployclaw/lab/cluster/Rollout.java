package dev.deployclaw.lab.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.policy.json.Canonical;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * A Deployment and its pods at one look, and what is to be done next: the rules of the Deployment
 * controller ({@code pkg/controller/deployment/rolling.go}), for pods of which all that a container
 * needs to be available is to be ready.
 *
 * @param fresh pods of the template as it is now
 * @param old pods of other templates
 */
record Rollout(ObjectNode deployment, String hash, List<Pod> fresh, List<Pod> old) {
  private static final int HASH_DIGITS = 10;
  private static final int QUARTER = 25;
  private static final int PERCENT = 100;

  /**
   * @param namespaced pods of its namespace
   */
  static Rollout of(ObjectNode deployment, List<Pod> namespaced) {
    String hash = hash(deployment.at("/spec/template"));
    var fresh = new ArrayList<Pod>();
    var old = new ArrayList<Pod>();
    for (Pod pod : namespaced) {
      if (!pod.terminating() && !pod.over() && owns(deployment, pod)) {
        (pod.hash().equals(hash) ? fresh : old).add(pod);
      }
    }
    return new Rollout(deployment, hash, fresh, old);
  }

  /** How many pods of the template are to be made now. */
  int growth() {
    if (paused() && !old.isEmpty()) {
      return 0;
    }
    int allowed =
        recreates()
            ? (old.isEmpty() ? desired() : 0)
            : desired() + surge() - fresh.size() - old.size();
    return Math.max(0, Math.min(desired() - fresh.size(), allowed));
  }

  /** The pods that are to go now. */
  List<Pod> leaving() {
    if (fresh.size() > desired()) {
      return notReadyFirst(fresh).subList(0, fresh.size() - desired());
    }
    if (paused() || old.isEmpty()) {
      return List.of();
    }
    return recreates() ? old : replaced();
  }

  /** First those that serve nobody, then as many as may be missing. */
  private List<Pod> replaced() {
    int least = desired() - unavailable();
    int unready = fresh.size() - ready(fresh);
    int most = fresh.size() + old.size() - least - unready;
    var out = new ArrayList<Pod>();
    old.stream().filter(p -> !p.ready()).limit(Math.max(0, most)).forEach(out::add);
    int spare = Math.min(ready(fresh) + ready(old) - least, most - out.size());
    old.stream().filter(Pod::ready).limit(Math.max(0, spare)).forEach(out::add);
    return out;
  }

  int desired() {
    return deployment.at("/spec/replicas").asInt(1);
  }

  int available() {
    return ready(fresh) + ready(old);
  }

  boolean complete() {
    return fresh.size() == desired() && old.isEmpty() && ready(fresh) == desired();
  }

  boolean paused() {
    return deployment.at("/spec/paused").asBoolean();
  }

  /** Most pods that may be missing. */
  int unavailable() {
    int unavailable = Math.min(desired(), part("maxUnavailable", false));
    return unavailable == 0 && part("maxSurge", true) == 0 ? 1 : unavailable;
  }

  /** A pod of the template, without a name yet. */
  ObjectNode pod() {
    JsonNode template = deployment.at("/spec/template");
    ObjectNode pod = ApiServer.JSON.createObjectNode().put("apiVersion", "v1").put("kind", "Pod");
    ObjectNode metadata = pod.putObject("metadata");
    metadata.set("namespace", deployment.at("/metadata/namespace"));
    metadata.set("labels", template.at("/metadata/labels").deepCopy());
    metadata.withObject("/labels").put(Pod.HASH, hash);
    pod.set("spec", template.path("spec").deepCopy());
    pod.withObject("/spec").put("restartPolicy", "Always").put("nodeName", Node.NAME);
    return pod;
  }

  static int ready(List<Pod> pods) {
    return (int) pods.stream().filter(Pod::ready).count();
  }

  private int surge() {
    return part("maxSurge", true);
  }

  /** A number, or a share of the replicas; a surge is rounded up, what may be missing down. */
  private int part(String field, boolean up) {
    JsonNode given = deployment.at("/spec/strategy/rollingUpdate").path(field);
    if (given.isInt()) {
      return given.asInt();
    }
    String text = given.asText(QUARTER + "%").replace("%", "");
    int share = desired() * Integer.parseInt(text);
    return up ? Math.ceilDiv(share, PERCENT) : share / PERCENT;
  }

  private boolean recreates() {
    return deployment.at("/spec/strategy/type").asText().equals("Recreate");
  }

  private static List<Pod> notReadyFirst(List<Pod> pods) {
    return pods.stream().sorted(Comparator.comparing(Pod::ready)).toList();
  }

  private static boolean owns(ObjectNode deployment, Pod pod) {
    var labels = pod.object().at("/metadata/labels");
    var wanted = deployment.at("/spec/selector/matchLabels").properties();
    return labels.has(Pod.HASH)
        && !wanted.isEmpty()
        && wanted.stream().allMatch(w -> labels.path(w.getKey()).equals(w.getValue()));
  }

  private static String hash(JsonNode template) {
    var plain = ApiServer.JSON.convertValue(template, Map.class);
    var bytes = Canonical.text(plain).getBytes(StandardCharsets.UTF_8);
    return Canonical.sha256(bytes).substring(0, HASH_DIGITS);
  }
}
