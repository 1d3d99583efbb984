package dev.deployclaw.executors.kubernetes.preflight;

import dev.deployclaw.core.environment.RetryPolicy;
import dev.deployclaw.executors.kubernetes.client.KubernetesApi;
import dev.deployclaw.executors.kubernetes.client.KubernetesException;
import dev.deployclaw.executors.kubernetes.client.PodInspector;
import dev.deployclaw.executors.kubernetes.client.ResourceKind;
import dev.deployclaw.executors.kubernetes.configmap.VolumeBundle;
import dev.deployclaw.executors.kubernetes.fleet.GatewaySnapshot;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway's own image is asked whether it takes a file: a pod of its own mounts the staged
 * ConfigMaps, runs the parser and ends; its end says the outcome, so nobody needs the right to exec
 * or to read logs. It has a deadline and is always deleted.
 */
public record ConfigPreflight(Duration atMost, Duration poll) {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigPreflight.class);
  private static final int CONFLICT = 409;
  private static final int MOST_CREATES = 3;
  private static final int REFUSED = 1;

  /**
   * @param epoch that is staged
   */
  public record Check(GatewaySnapshot standing, long epoch, VolumeBundle bundle) {}

  /** How it ended. */
  public sealed interface Verdict {
    record Accepted() implements Verdict {}

    /** By the parser, in its own words. */
    record Refused(String why) implements Verdict {}

    /** The parser never said anything. */
    record Unfinished(String why) implements Verdict {}
  }

  public Verdict run(KubernetesApi api, Check check, Duration within)
      throws KubernetesException, InterruptedException {
    var bound = within.compareTo(atMost) < 0 ? within : atMost;
    long end = System.nanoTime() + bound.toNanos();
    Pod pod = create(api, PreflightPod.of(check, bound), end);
    try {
      return await(api, pod, end);
    } finally {
      remove(api, pod);
    }
  }

  /** One that an agent left behind when it died makes way. */
  private Pod create(KubernetesApi api, Pod pod, long end)
      throws KubernetesException, InterruptedException {
    for (int i = 1; i < MOST_CREATES; i++) {
      try {
        return api.create(ResourceKind.PODS, pod);
      } catch (KubernetesException e) {
        if (e.status() != CONFLICT) {
          throw e;
        }
        clear(api, pod, end);
      }
    }
    return api.create(ResourceKind.PODS, pod);
  }

  private void clear(KubernetesApi api, Pod pod, long end)
      throws KubernetesException, InterruptedException {
    var metadata = pod.getMetadata();
    var old = api.get(ResourceKind.PODS, metadata.getNamespace(), metadata.getName());
    if (old.isPresent()) {
      api.deleteNow(ResourceKind.PODS, old.get());
    }
    var _ =
        again(end)
            .until(
                Optional::isEmpty,
                () -> api.get(ResourceKind.PODS, metadata.getNamespace(), metadata.getName()));
  }

  private RetryPolicy again(long end) {
    return RetryPolicy.within(Duration.ofNanos(end - System.nanoTime()), poll);
  }

  private Verdict await(KubernetesApi api, Pod created, long end)
      throws KubernetesException, InterruptedException {
    var metadata = created.getMetadata();
    var last =
        again(end)
            .until(
                now -> now.flatMap(ConfigPreflight::ended).isPresent() || now.isEmpty(),
                () -> api.get(ResourceKind.PODS, metadata.getNamespace(), metadata.getName()));
    if (last.isEmpty()) {
      return new Verdict.Unfinished("was deleted before it ended");
    }
    String why = PodInspector.stalled(last.get()).map(s -> ": " + s).orElse("");
    return ended(last.get()).orElse(new Verdict.Unfinished("did not end in time" + why));
  }

  private static Optional<Verdict> ended(Pod pod) {
    if (pod.getStatus() == null) {
      return Optional.empty();
    }
    var container =
        pod.getStatus().getContainerStatuses().stream()
            .filter(c -> PreflightPod.CONTAINER.equals(c.getName()))
            .map(ContainerStatus::getState)
            .filter(Objects::nonNull)
            .map(ContainerState::getTerminated)
            .filter(Objects::nonNull)
            .findFirst();
    if (container.isPresent()) {
      return Optional.of(verdict(container.get()));
    }
    boolean failed = "Failed".equals(pod.getStatus().getPhase());
    return failed
        ? Optional.of(
            new Verdict.Unfinished("failed: " + PodInspector.stalled(pod).orElse("no reason")))
        : Optional.empty();
  }

  private static Verdict verdict(ContainerStateTerminated state) {
    int exit = Objects.requireNonNullElse(state.getExitCode(), -1);
    String said = Objects.requireNonNullElse(state.getMessage(), "").strip();
    return switch (exit) {
      case 0 -> new Verdict.Accepted();
      case REFUSED -> new Verdict.Refused(said.isEmpty() ? "it gives no reason" : said);
      default ->
          new Verdict.Unfinished(
              "ended with exit code " + exit + ": " + PodInspector.words(state.getReason(), said));
    };
  }

  /**
   * Even when the call is being cut off. What can't be deleted ends by its own deadline, and goes
   * with the epoch when that is discarded.
   */
  private static void remove(KubernetesApi api, Pod pod) {
    boolean interrupted = Thread.interrupted();
    try {
      api.deleteNow(ResourceKind.PODS, pod);
    } catch (KubernetesException e) {
      LOG.atWarn()
          .addKeyValue("pod", PodInspector.name(pod))
          .addKeyValue("reason", e.fault().reason())
          .log("A finished check can't be deleted");
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
