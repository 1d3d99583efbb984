package dev.deployclaw.executors.kubernetes.fleet;

import dev.deployclaw.executors.kubernetes.client.PodInspector;
import dev.deployclaw.executors.kubernetes.configmap.VolumeConfigMaps;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether all pods of a gateway run what its Deployment says: what {@code kubectl rollout status}
 * looks at, and the pods themselves, since a pod on its way out is counted nowhere and still
 * serves.
 */
public record DeploymentRollout(GatewaySnapshot standing) {
  private static final int MOST_NAMED = 3;
  private static final String PROGRESSING = "Progressing";

  public static int desired(Deployment deployment) {
    return Objects.requireNonNullElse(deployment.getSpec().getReplicas(), 1);
  }

  /** What is still missing; empty when it is done. */
  public Optional<String> pending() {
    var deployment = standing.deployment();
    var status = deployment.getStatus();
    long generation = generation(deployment);
    long switched = standing.written().switchedBy(generation);
    long observed = status == null ? 0 : number(status.getObservedGeneration());
    boolean paused = Boolean.TRUE.equals(deployment.getSpec().getPaused());
    if (paused) { // nothing goes on: it is as it should be, or won't be
      return observed < switched || pods().isPresent() ? standing.obstacle() : Optional.empty();
    }
    if (status == null || observed < switched) {
      return Optional.of(
          "the Deployment controller hasn't seen generation %d yet".formatted(switched));
    }
    return observed < generation
        ? pods()
        : stuck(status).or(() -> unfinished(status)).or(this::pods);
  }

  /**
   * Whether Kubernetes itself says that it goes no further. A pod that can't be made just now isn't
   * that: the ReplicaSet's controller tries again.
   */
  public boolean stuck() {
    var status = standing.deployment().getStatus();
    return status != null
        && number(status.getObservedGeneration()) >= generation(standing.deployment())
        && isLate(status);
  }

  /**
   * A controller that was away for longer than the deadline says this first of all, before it looks
   * at the pods again: it is believed once its counts are those of the pods.
   */
  private boolean isLate(DeploymentStatus status) {
    var active =
        standing.pods().stream()
            .filter(p -> p.getMetadata().getDeletionTimestamp() == null)
            .toList();
    return condition(status, PROGRESSING, "False").filter(DeploymentRollout::isDeadline).isPresent()
        && number(status.getReplicas()) == active.size()
        && number(status.getReadyReplicas()) == active.stream().filter(PodInspector::ready).count();
  }

  private static boolean isDeadline(DeploymentCondition condition) {
    return "ProgressDeadlineExceeded".equals(condition.getReason());
  }

  public static long generation(Deployment deployment) {
    return number(deployment.getMetadata().getGeneration());
  }

  private Optional<String> stuck(DeploymentStatus status) {
    boolean late = isLate(status);
    var halted = condition(status, PROGRESSING, "False").filter(c -> late || !isDeadline(c));
    var failing = condition(status, "ReplicaFailure", "True");
    return halted
        .or(() -> failing)
        .map(c ->
            "the rollout is stuck, "
                + PodInspector.words(c.getReason(), c.getMessage())
                + stalled());
  }

  private Optional<String> unfinished(DeploymentStatus status) {
    long desired = desired(standing.deployment());
    long updated = number(status.getUpdatedReplicas());
    long available = number(status.getAvailableReplicas());
    long old = number(status.getReplicas()) - updated;
    if (updated < desired) {
      return Optional.of("%d of %d pods are updated".formatted(updated, desired) + stalled());
    }
    if (old > 0) {
      return Optional.of("%d pods of an older file aren't gone yet".formatted(old));
    }
    return available < desired
        ? Optional.of("%d of %d pods are available".formatted(available, desired) + stalled())
        : Optional.empty();
  }

  private Optional<String> pods() {
    var others = standing.pods().stream().filter(p -> !current(p)).toList();
    if (!others.isEmpty()) {
      return Optional.of("pods of an older file still run: " + named(others));
    }
    long ready = standing.pods().stream().filter(PodInspector::ready).count();
    int desired = desired(standing.deployment());
    return ready < desired
        ? Optional.of("%d of %d pods are ready".formatted(ready, desired) + stalled())
        : Optional.empty();
  }

  /** Whether a pod takes its file from where the Deployment says. */
  private boolean current(Pod pod) {
    var wanted = VolumeConfigMaps.names(standing.slot().volume());
    return pod.getSpec() != null
        && pod.getSpec().getVolumes().stream()
            .filter(v -> v.getName().equals(standing.gateway().volume()))
            .anyMatch(v -> VolumeConfigMaps.names(v).equals(wanted));
  }

  private String stalled() {
    String pods =
        standing.pods().stream()
            .flatMap(p ->
                PodInspector.stalled(p)
                    .map(why -> PodInspector.name(p) + " (" + why + ")")
                    .stream())
            .limit(MOST_NAMED)
            .collect(Collectors.joining(", "));
    return pods.isEmpty() ? "" : "; stalled: " + pods;
  }

  private static String named(List<Pod> pods) {
    return pods.stream().limit(MOST_NAMED).map(PodInspector::name).collect(Collectors.joining(", "))
        + (pods.size() > MOST_NAMED ? " and " + (pods.size() - MOST_NAMED) + " more" : "");
  }

  private static Optional<DeploymentCondition> condition(
      DeploymentStatus status, String type, String value) {
    return status.getConditions().stream()
        .filter(c -> type.equals(c.getType()) && value.equals(c.getStatus()))
        .findFirst();
  }

  private static long number(@Nullable Number value) {
    return value == null ? 0 : value.longValue();
  }
}
