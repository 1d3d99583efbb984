package dev.deployclaw.executors.kubernetes.client;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What can be said of pods. */
public final class PodInspector {
  private PodInspector() {}

  public static String name(HasMetadata object) {
    return object.getMetadata().getName();
  }

  /** Kubernetes' own word: its condition {@code Ready}. */
  public static boolean ready(Pod pod) {
    return pod.getStatus() != null
        && pod.getMetadata().getDeletionTimestamp() == null
        && pod.getStatus().getConditions().stream()
            .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()));
  }

  /** Why it doesn't run: the waiting or last reason of a container, or of its scheduling. */
  public static Optional<String> stalled(Pod pod) {
    var status = pod.getStatus();
    if (status == null || ready(pod)) {
      return Optional.empty();
    }
    var containers =
        Stream.concat(
                status.getInitContainerStatuses().stream(), status.getContainerStatuses().stream())
            .map(PodInspector::trouble)
            .flatMap(Optional::stream);
    var scheduling =
        status.getConditions().stream()
            .filter(c -> "PodScheduled".equals(c.getType()) && "False".equals(c.getStatus()))
            .map(c -> words(c.getReason(), c.getMessage()));
    var own = Stream.of(words(status.getReason(), status.getMessage()));
    return Stream.of(containers, scheduling, own)
        .flatMap(s -> s)
        .filter(reason -> !reason.isEmpty())
        .findFirst();
  }

  public static Map<String, Object> facts(Pod pod) {
    var facts = new TreeMap<String, Object>();
    facts.put("name", name(pod));
    facts.put("ready", ready(pod));
    stalled(pod).ifPresent(reason -> facts.put("stalled", reason));
    if (pod.getSpec() != null && pod.getSpec().getNodeName() != null) {
      facts.put("node", pod.getSpec().getNodeName());
    }
    return facts;
  }

  /** A reason and what is behind it, in one line. */
  public static String words(@Nullable String reason, @Nullable String message) {
    return String.join(
            ": ",
            Stream.of(reason, message).filter(Objects::nonNull).filter(t -> !t.isBlank()).toList())
        .strip();
  }

  /** Whether it ended and won't run again. */
  static boolean over(Pod pod) {
    String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
    return "Succeeded".equals(phase) || "Failed".equals(phase);
  }

  /** What it waits for, and how it ended before: a back-off alone doesn't say why. */
  private static Optional<String> trouble(ContainerStatus container) {
    var waits =
        waiting(container.getState()).filter(w -> !w.matches("ContainerCreating|PodInitializing"));
    var ended =
        Optional.ofNullable(container.getLastState())
            .map(ContainerState::getTerminated)
            .map(PodInspector::ending);
    return Stream.of(waits, ended)
        .flatMap(Optional::stream)
        .reduce((now, before) -> now + "; " + before);
  }

  private static String ending(ContainerStateTerminated end) {
    String exit = end.getExitCode() == null ? "" : "exit code " + end.getExitCode();
    return "it ended before: "
        + Stream.of(exit, words(end.getReason(), end.getMessage()))
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining(", "));
  }

  private static Optional<String> waiting(@Nullable ContainerState state) {
    return Optional.ofNullable(state)
        .map(ContainerState::getWaiting)
        .map(w -> words(w.getReason(), w.getMessage()));
  }

  /** Label selectors as the API defines them: all labels and all expressions must hold. */
  static boolean selected(@Nullable LabelSelector selector, Map<String, String> labels) {
    return selector != null
        && labels.entrySet().containsAll(selector.getMatchLabels().entrySet())
        && selector.getMatchExpressions().stream().allMatch(e -> holds(e, labels));
  }

  private static boolean holds(LabelSelectorRequirement rule, Map<String, String> labels) {
    String value = labels.get(rule.getKey());
    return switch (rule.getOperator()) {
      case "In" -> value != null && rule.getValues().contains(value);
      case "NotIn" -> value == null || !rule.getValues().contains(value);
      case "Exists" -> value != null;
      case "DoesNotExist" -> value == null;
      default -> false;
    };
  }
}
