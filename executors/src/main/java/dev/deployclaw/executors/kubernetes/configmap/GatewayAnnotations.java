package dev.deployclaw.executors.kubernetes.configmap;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.executors.kubernetes.KubernetesGateway;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The marks of one gateway on its Deployment, as annotations, and its fence. The only gateway of a
 * Deployment has them under {@code deployclaw.dev/}, each of several under a prefix with its name.
 * A gateway may have both, since others were added to its Deployment or taken away: the later ones
 * count.
 *
 * @param prefix under which the next publish writes them
 * @param switched the generation of the Deployment in which a publish last changed the volume;
 *     empty where none said so
 * @param fence of the latest publish, also where the marks were put back to those of an older one
 */
public record GatewayAnnotations(
    String prefix, PublishAnnotations marks, OptionalLong switched, GatewayFence fence) {
  private static final String SWITCHED = "switched-generation";

  /** A Deployment, and whether it has more gateways than the one that is looked at. */
  public record Place(Deployment deployment, boolean shared) {}

  /**
   * Empty where somebody wrote into them what we never write.
   *
   * @param files digest of the files that the gateway's volume shows
   */
  public static Optional<GatewayAnnotations> of(
      KubernetesGateway gateway, Place place, Supplier<String> files) {
    var sole = read(place.deployment(), PublishAnnotations.PREFIX);
    var own = read(place.deployment(), gateway.name() + "." + PublishAnnotations.PREFIX);
    if (sole.isEmpty() || own.isEmpty()) {
      return Optional.empty();
    }
    var first = place.shared() ? sole.get().unlessOfAnother(files) : sole.get();
    var last = later(own.get(), first);
    var prefix = place.shared() ? own.get().prefix() : PublishAnnotations.PREFIX;
    long term = Math.max(sole.get().marks().term(), own.get().marks().term());
    var marks =
        new PublishAnnotations(
            term, last.marks().epoch(), last.marks().digest(), last.marks().files());
    var fence = GatewayFence.of(marks).and(own.get().fence()).and(first.fence());
    return Optional.of(new GatewayAnnotations(prefix, marks, last.switched(), fence));
  }

  public boolean shared() {
    return !prefix.equals(PublishAnnotations.PREFIX);
  }

  /**
   * The generation that the controller must have seen before its pods can be what the volume says:
   * annotations raise the generation, too, and replace no pod. A Deployment that was made again
   * counts from one.
   */
  public long switchedBy(long generation) {
    return Math.min(generation, switched.orElse(generation));
  }

  /**
   * The same for what an epoch publishes. Marks of an older one, as {@code kubectl rollout undo}
   * brings them back, don't say when the volume changed last: then the controller must have seen
   * what is written now.
   */
  public long switchedBefore(EpochSpec activation, long generation) {
    boolean current =
        marks.epoch() == activation.epoch() || marks.epoch() == activation.predecessor();
    return current ? switchedBy(generation) : generation + 1;
  }

  public Map<String, Object> labels(PublishAnnotations now) {
    return Map.of(GatewayFence.label(prefix), GatewayFence.of(now).and(fence).text());
  }

  /** What a publish writes. */
  public Map<String, Object> annotations(PublishAnnotations now, long generation) {
    var out = new TreeMap<>(now.annotations(prefix));
    out.put(prefix + SWITCHED, Long.toString(generation));
    return out;
  }

  private static Optional<GatewayAnnotations> read(Deployment deployment, String prefix) {
    String text = deployment.getMetadata().getAnnotations().getOrDefault(prefix + SWITCHED, "");
    var generation =
        PublishAnnotations.isNumber(text)
            ? OptionalLong.of(Long.parseLong(text))
            : OptionalLong.empty();
    var fence = GatewayFence.of(deployment, prefix);
    return PublishAnnotations.of(deployment, prefix)
        .flatMap(m -> fence.map(f -> new GatewayAnnotations(prefix, m, generation, f)));
  }

  /**
   * Those of when the Deployment had one gateway are this gateway's if its volume shows those
   * files. Of another gateway's only the term counts, as a fence.
   */
  private GatewayAnnotations unlessOfAnother(Supplier<String> files) {
    return marks.epoch() == 0 || marks.files().equals(files.get())
        ? this
        : new GatewayAnnotations(
            prefix,
            PublishAnnotations.fence(marks.term(), 0),
            OptionalLong.empty(),
            fence.termAlone());
  }

  private static GatewayAnnotations later(GatewayAnnotations a, GatewayAnnotations b) {
    return a.marks().epoch() < b.marks().epoch() ? b : a;
  }
}
