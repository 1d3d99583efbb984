package dev.deployclaw.lab.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes and removes pods until each ReplicaSet has as many as it is to have, says how many there
 * are, and removes ReplicaSets and pods whose owner is gone. For one thread.
 */
final class ReplicaSetController {
  private static final String MANAGER = DeploymentController.MANAGER;
  private static final int NAME_DIGITS = 5;

  private final ApiServer api;

  ReplicaSetController(ApiServer api) {
    this.api = api;
  }

  /** One look at all of them. */
  void look() {
    var pods = api.objects(Pod::isOne).entrySet().stream().map(Pod::of).toList();
    var sets = api.objects(ReplicaSet::isOne).entrySet().stream().map(ReplicaSet::of).toList();
    for (ReplicaSet set : sets) {
      sync(set, pods.stream().filter(p -> ReplicaSet.owns(set.uid(), p.object())).toList());
    }
    collect(sets, pods);
  }

  private void sync(ReplicaSet set, List<Pod> own) {
    var active = own.stream().filter(p -> !p.terminating() && !p.over()).toList();
    for (int i = active.size(); i < set.wanted(); i++) {
      create(set);
    }
    active.stream()
        .sorted(Comparator.comparing(Pod::ready))
        .limit(Math.max(0, active.size() - set.wanted()))
        .forEach(this::terminate);
    int ready = (int) active.stream().filter(Pod::ready).count();
    api.editStatus(
        set.path(),
        MANAGER,
        object -> {
          ObjectNode status = object.putObject("status").put("replicas", active.size());
          status.put("fullyLabeledReplicas", active.size());
          status.put("readyReplicas", ready).put("availableReplicas", ready);
          status.set("observedGeneration", object.at("/metadata/generation"));
        });
  }

  private void create(ReplicaSet set) {
    var template = set.object().at("/spec/template");
    String own = UUID.randomUUID().toString().substring(0, NAME_DIGITS);
    String name = set.name() + "-" + own;
    ObjectNode pod = ApiServer.JSON.createObjectNode();
    ObjectNode metadata = pod.putObject("metadata").put("name", name);
    metadata.put("generateName", set.name() + "-").put("namespace", set.namespace());
    metadata.set("labels", template.at("/metadata/labels").deepCopy());
    if (template.at("/metadata").has("annotations")) {
      metadata.set("annotations", template.at("/metadata/annotations").deepCopy());
    }
    ReplicaSet.own(pod, set.object());
    pod.set("spec", template.path("spec").deepCopy());
    pod.withObject("/spec").put("nodeName", Node.NAME);
    pod.putObject("status").put("phase", "Pending");
    api.put(Pod.path(set.namespace(), name), MANAGER, pod);
  }

  /** What has an owner that is gone goes, too ("background"). */
  private void collect(List<ReplicaSet> sets, List<Pod> pods) {
    var there =
        Stream.concat(
                api.objects(DeploymentController::isOne).values().stream(),
                sets.stream().map(ReplicaSet::object))
            .map(o -> o.at("/metadata/uid").asText())
            .collect(Collectors.toSet());
    sets.stream().filter(s -> isOrphan(s.object(), there)).forEach(s -> api.remove(s.path()));
    pods.stream()
        .filter(p -> !p.terminating() && isOrphan(p.object(), there))
        .forEach(this::terminate);
  }

  private static boolean isOrphan(ObjectNode object, Set<String> there) {
    var owners = object.at("/metadata/ownerReferences");
    return !owners.isEmpty()
        && owners.valueStream().noneMatch(o -> there.contains(o.path("uid").asText()));
  }

  private void terminate(Pod pod) {
    api.edit(
        pod.path(),
        MANAGER,
        object -> object.withObject("/metadata").put("deletionTimestamp", Conditions.now()));
  }
}
