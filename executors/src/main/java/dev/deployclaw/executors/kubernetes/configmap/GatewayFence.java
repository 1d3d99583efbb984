package dev.deployclaw.executors.kubernetes.configmap;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The latest term and epoch that published to a gateway, as a label of its Deployment: a label
 * stays where {@code kubectl rollout undo} puts back a ReplicaSet's template and annotations, and
 * with them marks of an older epoch.
 */
public record GatewayFence(long term, long epoch) {
  private static final String LABEL = "fence";
  private static final GatewayFence NONE = new GatewayFence(0, 0);
  private static final Pattern TEXT = Pattern.compile("(\\d{1,18})\\.(\\d{1,18})");

  /** None before the first publish; empty where somebody wrote into it what we never write. */
  static Optional<GatewayFence> of(Deployment deployment, String prefix) {
    var labels = deployment.getMetadata().getLabels();
    String text = labels == null ? null : labels.get(prefix + LABEL);
    if (text == null) {
      return Optional.of(NONE);
    }
    var parts = TEXT.matcher(text);
    return parts.matches()
        ? Optional.of(
            new GatewayFence(Long.parseLong(parts.group(1)), Long.parseLong(parts.group(2))))
        : Optional.empty();
  }

  static GatewayFence of(PublishAnnotations marks) {
    return new GatewayFence(marks.term(), marks.epoch());
  }

  /** Whichever is later, term and epoch each. */
  GatewayFence and(GatewayFence other) {
    return new GatewayFence(Math.max(term, other.term), Math.max(epoch, other.epoch));
  }

  /** Of another gateway only the term counts. */
  GatewayFence termAlone() {
    return new GatewayFence(term, 0);
  }

  static String label(String prefix) {
    return prefix + LABEL;
  }

  String text() {
    return term + "." + epoch;
  }
}
