package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.core.spi.Report;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Removes what was made for an epoch: only what carries our marks, holds what we wrote, and is as
 * it was read. A ConfigMap that a Deployment still refers to, since a later epoch has the same
 * file, is marked as retired and goes with a later discard.
 */
final class Collecting {
  private static final int CONFLICT = 409;

  private Collecting() {}

  static Report discard(Api api, Standing standing, long epoch)
      throws KubernetesFault, InterruptedException {
    var gateway = standing.gateway();
    if (epoch <= 0) {
      return Report.no(gateway.member(), "what was found before the first change is kept");
    }
    if (standing.marks().epoch() == epoch) {
      return Report.no(gateway.member(), "epoch " + epoch + " is live there");
    }
    var left = new ArrayList<String>();
    checks(api, gateway, epoch);
    for (var map : candidates(api, gateway, epoch)) {
      remove(api, standing, map).ifPresent(left::add);
    }
    return left.isEmpty()
        ? Report.yes(gateway.member(), "", Map.of("epoch", epoch))
        : Report.no(gateway.member(), String.join("; ", left));
  }

  /** Of the epoch, and those that were in use when theirs was discarded. */
  private static List<ConfigMap> candidates(Api api, KubernetesGateway gateway, long epoch)
      throws KubernetesFault, InterruptedException {
    var lists = api.lists();
    String of = gateway.namespace();
    var all = new ArrayList<ConfigMap>();
    all.addAll(lists.all(Kind.CONFIG_MAPS, of, Staged.selector(List.of(epoch))));
    all.addAll(lists.all(Kind.CONFIG_MAPS, of, Staged.retiredSelector()));
    return all.stream().filter(m -> Staged.belongsTo(m, gateway)).toList();
  }

  /** Why it stays; empty where it is gone, or retired. */
  private static Optional<String> remove(Api api, Standing standing, ConfigMap map)
      throws KubernetesFault, InterruptedException {
    String name = Pods.name(map);
    var foreign = Staged.foreign(map, standing.gateway());
    if (foreign.isPresent()) {
      return Optional.of("ConfigMap " + name + " is left alone: " + foreign.get());
    }
    try {
      if (References.names(standing.slot().volume()).contains(name)) {
        retire(api, map);
        return Optional.empty();
      }
      var user = standing.pods().stream().filter(p -> uses(p, name)).findFirst();
      if (user.isPresent()) {
        return Optional.of("pod " + Pods.name(user.get()) + " still uses ConfigMap " + name);
      }
      api.delete(Kind.CONFIG_MAPS, map);
      return Optional.empty();
    } catch (KubernetesFault e) {
      if (e.status() == CONFLICT) {
        return Optional.of("ConfigMap " + name + " changed meanwhile, and is left alone");
      }
      throw e;
    }
  }

  private static void retire(Api api, ConfigMap map) throws KubernetesFault, InterruptedException {
    if (!Staged.retired(map)) {
      api.patch(Kind.CONFIG_MAPS, map, Staged.retirement(map));
    }
  }

  /** Pods that checked a file and were left behind by an agent that died. */
  private static void checks(Api api, KubernetesGateway gateway, long epoch)
      throws KubernetesFault, InterruptedException {
    for (var pod :
        api.lists().all(Kind.PODS, gateway.namespace(), Staged.selector(List.of(epoch)))) {
      if (Staged.belongsTo(pod, gateway)) {
        api.deleteNow(Kind.PODS, pod);
      }
    }
  }

  private static boolean uses(Pod pod, String map) {
    Stream<Volume> volumes =
        pod.getSpec() == null ? Stream.of() : pod.getSpec().getVolumes().stream();
    return volumes.anyMatch(v -> References.names(v).contains(map));
  }
}
