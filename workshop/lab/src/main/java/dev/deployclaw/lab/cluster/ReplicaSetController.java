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
record ReplicaSetController(ApiServer api) {
  private static final String MANAGER = DeploymentController.MANAGER;
  private static final int NAME_DIGITS = 5;

  void look() {
    var pods = api.objects(PodObject::isOne).entrySet().stream().map(PodObject::of).toList();
    var sets =
        api.objects(ReplicaSetObject::isOne).entrySet().stream().map(ReplicaSetObject::of).toList();
    for (ReplicaSetObject set : sets) {
      sync(set, pods.stream().filter(p -> ReplicaSetObject.owns(set.uid(), p.object())).toList());
    }
    collect(sets, pods);
  }

  private void sync(ReplicaSetObject set, List<PodObject> own) {
    var active = own.stream().filter(p -> !p.terminating() && !p.over()).toList();
    for (int i = active.size(); i < set.wanted(); i++) {
      create(set);
    }
    active.stream()
        .sorted(Comparator.comparing(PodObject::ready))
        .limit(Math.max(0, active.size() - set.wanted()))
        .forEach(this::terminate);
    int ready = (int) active.stream().filter(PodObject::ready).count();
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

  private void create(ReplicaSetObject set) {
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
    ReplicaSetObject.own(pod, set.object());
    pod.set("spec", template.path("spec").deepCopy());
    pod.withObject("/spec").put("nodeName", NodeAgent.NAME);
    pod.putObject("status").put("phase", "Pending");
    api.put(PodObject.path(set.namespace(), name), MANAGER, pod);
  }

  /** What has an owner that is gone goes, too ("background"). */
  private void collect(List<ReplicaSetObject> sets, List<PodObject> pods) {
    var there =
        Stream.concat(
                api.objects(DeploymentController::isOne).values().stream(),
                sets.stream().map(ReplicaSetObject::object))
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

  private void terminate(PodObject pod) {
    api.edit(
        pod.path(),
        MANAGER,
        object -> object.withObject("/metadata").put("deletionTimestamp", StatusConditions.now()));
  }
}
