package dev.deployclaw.lab.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.util.List;
import java.util.Optional;

/**
 * What a node says of a pod and one of its containers.
 *
 * @param state of the container
 * @param last how the container ended before; empty for never
 */
record PodStatus(
    String phase, boolean ready, ObjectNode state, int restarts, Optional<ObjectNode> last) {

  static PodStatus pending() {
    return new PodStatus("Pending", false, waiting("ContainerCreating", ""), 0, Optional.empty());
  }

  /** What can't be started, and why. */
  static PodStatus unable(String reason, String message) {
    return new PodStatus("Pending", false, waiting(reason, message), 0, Optional.empty());
  }

  PodStatus runs(boolean isReady) {
    ObjectNode running = ApiServer.JSON.createObjectNode();
    running.putObject("running");
    return new PodStatus("Running", isReady, running, restarts, last);
  }

  /** Its container ended, and is started again after a while. */
  PodStatus backsOff(Ended ended) {
    var state = waiting("CrashLoopBackOff", "back-off restarting failed container");
    return new PodStatus("Running", false, state, restarts + 1, Optional.of(ended.state()));
  }

  /** Its container ended for good. */
  static PodStatus over(Ended ended) {
    String phase = ended.exit() == 0 ? "Succeeded" : "Failed";
    return new PodStatus(phase, false, ended.state(), 0, Optional.empty());
  }

  /** How a container ended. */
  record Ended(int exit, String message) {
    /** As long as Kubernetes lets a message from the log be. */
    private static final int LONGEST = 2_048;

    ObjectNode state() {
      ObjectNode state = ApiServer.JSON.createObjectNode();
      ObjectNode terminated = state.putObject("terminated").put("exitCode", exit);
      terminated.put("reason", exit == 0 ? "Completed" : "Error");
      if (!message.isEmpty() && exit != 0) {
        terminated.put("message", message.substring(Math.max(0, message.length() - LONGEST)));
      }
      return state;
    }
  }

  /** A pod is ready when all its containers are. */
  static void write(ApiServer api, PodObject pod, String address, List<PodStatus> each) {
    api.edit(pod.path(), "kubelet", object -> object.set("status", status(object, address, each)));
  }

  private static ObjectNode status(ObjectNode pod, String address, List<PodStatus> each) {
    var before = pod.path("status");
    boolean ready = each.stream().allMatch(PodStatus::ready);
    ObjectNode status = ApiServer.JSON.createObjectNode().put("phase", each.getFirst().phase);
    status.put("startTime", before.path("startTime").asText(StatusConditions.now()));
    if (!address.isEmpty()) {
      status.put("hostIP", "127.0.0.1").put("podIP", address);
      status.putArray("podIPs").addObject().put("ip", address);
    }
    ArrayNode conditions = status.putArray("conditions");
    StatusConditions.of(before, conditions).put("PodScheduled", true, "", "");
    String reason = ready ? "" : "ContainersNotReady";
    StatusConditions.of(before, conditions).put("ContainersReady", ready, reason, "");
    StatusConditions.of(before, conditions).put("Ready", ready, reason, "");
    var gateways = new PodObject("", pod).gateways();
    ArrayNode containers = status.putArray("containerStatuses");
    for (int i = 0; i < each.size(); i++) {
      JsonNode container = gateways.isEmpty() ? pod.at("/spec/containers/0") : gateways.get(i);
      each.get(i).describe(container, containers.addObject());
    }
    return status;
  }

  private void describe(JsonNode container, ObjectNode own) {
    own.set("name", container.path("name"));
    own.set("image", container.path("image"));
    own.put("ready", ready).put("restartCount", restarts);
    own.set("state", state);
    last.ifPresent(l -> own.set("lastState", l));
  }

  private static ObjectNode waiting(String reason, String message) {
    ObjectNode state = ApiServer.JSON.createObjectNode();
    ObjectNode waiting = state.putObject("waiting").put("reason", reason);
    if (!message.isEmpty()) {
      waiting.put("message", message);
    }
    return state;
  }
}
