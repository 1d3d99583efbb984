package dev.deployclaw.lab.judge;

import dev.deployclaw.lab.judge.protocol.HttpReply;
import dev.deployclaw.lab.judge.protocol.JsonValue;
import dev.deployclaw.lab.judge.protocol.KubernetesReader;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Whether gateways in Kubernetes run what is committed: by what the API server holds of their
 * Deployments, ConfigMaps and pods, and by what each pod says at its own address.
 */
record PodInvariants(KubernetesReader cloud, ExpectedState wanted) {
  private static final String MARK = "deployclaw.dev/";
  private static final String FILE = "nginx.conf";

  /** Stands in a file that refuses requests when nobody decides. */
  private static final String CLOSES = "location @undecided ";

  private static final String ALLOW = "allow";

  List<String> wrong() {
    var wrong = new ArrayList<String>();
    for (var workload : cloud.workloads()) {
      PolicyReaderInvariants.said(workload.name(), wrong, () -> judge(workload, wrong));
    }
    for (var served : cloud.served()) {
      PolicyReaderInvariants.said("store " + served.name(), wrong, () -> judge(served, wrong));
    }
    return wrong;
  }

  List<GatewayEndpoint> doors() throws IOException {
    var doors = new ArrayList<GatewayEndpoint>();
    for (var workload : cloud.workloads()) {
      for (var pod : cloud.pods(workload)) {
        doors.add(new GatewayEndpoint(name(pod), url(pod)));
      }
    }
    return doors;
  }

  private void judge(KubernetesReader.Workload workload, List<String> wrong) throws IOException {
    var deployment = cloud.deployment(workload);
    marks(workload.name(), deployment, wrong);
    rollout(workload.name(), deployment, wrong);
    String map = reference(deployment.at("spec").at("template"), workload.volume());
    var file = cloud.configMap(workload.namespace(), map);
    file(workload.name(), file, wrong);
    var pods = cloud.pods(workload);
    if (pods.size() != deployment.at("spec").number("replicas")) {
      wrong.add(workload.name() + " has pods " + pods.stream().map(PodInvariants::name).toList());
    }
    for (var pod : pods) {
      pod(pod, reference(pod, workload.volume()).equals(map), text(file), wrong);
    }
    staged(workload, map, text(file), wrong);
  }

  /** What its last publisher wrote on it. */
  private void marks(String name, JsonValue deployment, List<String> wrong) {
    var marks = deployment.at("metadata").at("annotations");
    String epoch = marks.text(MARK + "epoch");
    String digest = marks.text(MARK + "policy-digest");
    if (!epoch.equals(Long.toString(wanted.epoch())) || !digest.equals(wanted.digest())) {
      wrong.add(name + " is marked with epoch " + epoch + " " + digest);
    }
  }

  private static void rollout(String name, JsonValue deployment, List<String> wrong) {
    var status = deployment.at("status");
    long generation = deployment.at("metadata").number("generation");
    if (status.number("observedGeneration") != generation) {
      wrong.add(name + "'s controller has not seen generation " + generation);
    }
    long desired = deployment.at("spec").number("replicas");
    for (String count : List.of("replicas", "updatedReplicas", "availableReplicas")) {
      if (status.number(count) != desired) {
        wrong.add("%s has %d %s, not %d".formatted(name, status.number(count), count, desired));
      }
    }
  }

  /**
   * It can't change, and fails as all policies together say: that is all of a set that stands in
   * it.
   */
  private void file(String name, JsonValue map, List<String> wrong) {
    if (!map.text("immutable").equals("true")) {
      wrong.add(name + " refers to " + name(map) + ", which can be changed");
    }
    boolean opens = !text(map).contains(CLOSES);
    if (opens != opens(wanted.set())) {
      wrong.add(
          "%s refers to %s, which %s where no service decides"
              .formatted(name, name(map), opens ? "opens" : "closes"));
    }
  }

  private static boolean opens(JsonValue set) {
    return set.items("tenants").stream()
        .allMatch(tenant ->
            tenant.text("on_backend_failure").equals(ALLOW)
                && tenant.items("limits").stream()
                    .filter(limit -> !limit.text("on_backend_failure").isEmpty())
                    .allMatch(limit -> limit.text("on_backend_failure").equals(ALLOW)));
  }

  private static void pod(JsonValue pod, boolean refers, String file, List<String> wrong) {
    if (pod.at("metadata").has("deletionTimestamp")) {
      wrong.add(name(pod) + " is still on its way out");
      return;
    }
    if (!refers) {
      wrong.add(name(pod) + " refers to another file than its Deployment");
    }
    boolean ready =
        pod.at("status").items("conditions").stream()
            .anyMatch(c -> c.text("type").equals("Ready") && c.text("status").equals("True"));
    if (!ready) {
      wrong.add(name(pod) + " is not ready");
    }
    try {
      String says = HttpReply.get(url(pod) + "/.well-known/deployclaw").text();
      if (!GatewayFileDigest.isSaid(says, file)) {
        wrong.add(
            name(pod) + " acts on " + says.strip() + ", its file is " + GatewayFileDigest.of(file));
      }
    } catch (IOException e) {
      wrong.add(name(pod) + ": " + e);
    }
  }

  /**
   * What is staged for the committed epoch is what is in use; of no other epoch is there more than
   * that.
   */
  private void staged(
      KubernetesReader.Workload workload, String used, String file, List<String> wrong)
      throws IOException {
    var epochs = new TreeSet<Long>();
    for (var map : cloud.configMaps(workload)) {
      long epoch = map.at("metadata").at("labels").number(MARK + "epoch");
      epochs.add(epoch);
      if (epoch == wanted.epoch() && !text(map).equals(file)) {
        wrong.add(workload.name() + " refers to " + used + ", " + name(map) + " was staged for it");
      }
      if (!wanted.allowed().contains(epoch) && !name(map).equals(used)) {
        wrong.add(workload.name() + EstateJudge.STILL_HAS + name(map));
      }
    }
    if (!epochs.contains(wanted.epoch())) {
      wrong.add(workload.name() + " has nothing of epoch " + wanted.epoch() + ", only " + epochs);
    }
  }

  private void judge(KubernetesReader.Served served, List<String> wrong) throws IOException {
    var data = cloud.configMap(served.namespace(), served.name()).at("data");
    var active = JsonValue.parse(data.text("active"));
    boolean same =
        active.number("epoch") == wanted.epoch() && active.text("digest").equals(wanted.digest());
    boolean whole = wanted.rules().keySet().stream().allMatch(tenant -> data.has(tenant + ".yaml"));
    if (!same || !whole) {
      wrong.add("store " + served.name() + " serves epoch " + active.text("epoch"));
    }
  }

  /** The ConfigMap that a volume of a pod, or of a template, shows. */
  private static String reference(JsonValue podOrTemplate, String volume) {
    var its =
        podOrTemplate.at("spec").items("volumes").stream()
            .filter(v -> v.text("name").equals(volume))
            .findFirst()
            .orElse(JsonValue.parse("{}"));
    var projected = its.at("projected").items("sources");
    var source = projected.isEmpty() ? its : projected.getFirst();
    return source.at("configMap").text("name");
  }

  private static URI url(JsonValue pod) {
    var ports = pod.at("spec").items("containers").getFirst().items("ports");
    String port = ports.isEmpty() ? "" : ports.getFirst().text("containerPort");
    return URI.create("http://" + pod.at("status").text("podIP") + ":" + port);
  }

  private static String text(JsonValue map) {
    return map.at("data").text(FILE);
  }

  private static String name(JsonValue object) {
    return object.at("metadata").text("name");
  }
}
